namespace LoadBalancing.Client;

/// <summary>The cookie that a <see cref="HashPolicyOptions"/> goes by.</summary>
public sealed class HashCookieOptions
{
    /// <summary>The name; told apart by case. No default.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// How long a cookie lives that is made here when the request has none. Zero: as long as the browser's session. Null, the default: none is made. One that the request brings along is never replaced.
    /// </summary>
    public TimeSpan? Ttl { get; set; }

    /// <summary>The path for which a cookie that is made here counts. Default <c>/</c>.</summary>
    public string Path { get; set; } = "/";
}
