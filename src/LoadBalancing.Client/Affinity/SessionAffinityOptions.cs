namespace LoadBalancing.Client;

/// <summary>
/// Keeps a caller's requests on one endpoint by a cookie that names it, whatever the strategy: other than a hash, it moves nobody when endpoints come or go. The cookie reaches the caller by way of the
/// <see cref="ICallerContext"/>; where there is none, nothing is kept.
/// </summary>
public sealed class SessionAffinityOptions
{
    /// <summary>The cookie's name. Default <c>lb-endpoint</c>.</summary>
    public string CookieName { get; set; } = "lb-endpoint";

    /// <summary>
    /// The keys that cookies are signed with, in Base64, each of at least 32 bytes; the same for all instances of the application. New cookies are signed with the first, those of the others still count: to change
    /// keys, put the new one in front, and take the old one away when its cookies have expired. No default; none is an error.
    /// </summary>
    public IList<string> Keys { get; set; } = [];

    /// <summary>How long a cookie lives. Zero, the default: as long as the browser's session.</summary>
    public TimeSpan Ttl { get; set; }

    /// <summary>The path for which the cookie counts. Default <c>/</c>.</summary>
    public string Path { get; set; } = "/";
}
