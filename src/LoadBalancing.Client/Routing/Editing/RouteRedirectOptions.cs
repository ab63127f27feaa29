namespace LoadBalancing.Client;

/// <summary>
/// A redirect response given without sending the request: to the request's own address with these parts changed. At least one of <see cref="Scheme"/>,
/// <see cref="Host"/>, <see cref="Port"/> and <see cref="Path"/> is set. With
/// <see cref="LoadBalancingOptions.FollowRedirects"/> it is followed like any other redirect.
/// </summary>
public sealed class RouteRedirectOptions
{
    /// <summary>
    /// The scheme, <c>http</c> or <c>https</c>. A scheme other than the request's drops the request's default port. Null, the default: the request's.
    /// </summary>
    public string? Scheme { get; set; }

    /// <summary>The host, with an optional port; the request's port is dropped. Null, the default: the request's host and port.</summary>
    public string? Host { get; set; }

    /// <summary>The port, 1 to 65535. Null, the default: that of <see cref="Host"/>, or the request's where <see cref="Host"/> is null.</summary>
    public int? Port { get; set; }

    /// <summary>
    /// The path that replaces the whole path, with a leading slash. The query stays unless this contains one. Null, the default: the request's path.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>The status: 301, 302, 303, 307 or 308. Default 301.</summary>
    public int Status { get; set; } = 301;
}
