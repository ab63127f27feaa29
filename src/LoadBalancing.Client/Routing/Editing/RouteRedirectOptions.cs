namespace LoadBalancing.Client;

/// <summary>
/// A redirect that requests are answered with, without being sent: to their own address, with these parts changed. At least one of <see cref="Scheme"/>, <see cref="Host"/>, <see cref="Port"/> and <see cref="Path"/> is set. Where
/// <see cref="LoadBalancingOptions.FollowRedirects"/> holds, it is followed like any other.
/// </summary>
public sealed class RouteRedirectOptions
{
    /// <summary>The scheme, <c>http</c> or <c>https</c>. Another one than the request's drops the default port of the request's. Null, the default: the request's.</summary>
    public string? Scheme { get; set; }

    /// <summary>The host, with a port if it has one; the port of the request is dropped. Null, the default: the host and port of the request.</summary>
    public string? Host { get; set; }

    /// <summary>The port, 1 to 65535. Null, the default: that of <see cref="Host"/>, or of the request where there is no <see cref="Host"/>.</summary>
    public int? Port { get; set; }

    /// <summary>The path, in the place of the whole path; it begins with a slash. The query stays unless this has one of its own. Null, the default: the path of the request.</summary>
    public string? Path { get; set; }

    /// <summary>The status: 301, 302, 303, 307 or 308. Default 301.</summary>
    public int Status { get; set; } = 301;
}
