namespace LoadBalancing.Client;

/// <summary>The cookie that a <see cref="HashPolicyOptions"/> hashes.</summary>
public sealed class HashCookieOptions
{
    /// <summary>The name, case-sensitive; required.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// The lifetime of a cookie created when the request has none. Zero: the browser's session. Null, the default: none is created. A cookie in the request is
    /// never replaced.
    /// </summary>
    public TimeSpan? Ttl { get; set; }

    /// <summary>The path of a created cookie. Default <c>/</c>.</summary>
    public string Path { get; set; } = "/";
}
