namespace LoadBalancing.Client;

/// <summary>
/// Keeps a caller's requests on one endpoint by a cookie that names it, under any strategy; unlike a hash, it moves no caller when endpoints are added or
/// removed. The cookie reaches the caller through the
/// <see cref="ICallerContext"/>; without one there is no affinity.
/// </summary>
public sealed class SessionAffinityOptions
{
    /// <summary>The cookie's name. Default <c>lb-endpoint</c>.</summary>
    public string CookieName { get; set; } = "lb-endpoint";

    /// <summary>
    /// The Base64 keys that sign cookies, each of at least 32 bytes; the same for all instances of the application. New cookies are signed with the first, and
    /// all keys are accepted: to rotate
    /// keys, insert the new one in front and remove the old one when its cookies have expired. No default; none is an error.
    /// </summary>
    public IList<string> Keys { get; set; } = [];

    /// <summary>The lifetime of a cookie. Zero, the default: the browser's session.</summary>
    public TimeSpan Ttl { get; set; }

    /// <summary>The path of the cookie. Default <c>/</c>.</summary>
    public string Path { get; set; } = "/";
}
