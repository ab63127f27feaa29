namespace LoadBalancing.Client;

/// <summary>
/// One thing of a request that decides, together with those of the other policies, which endpoint it goes to under a strategy that hashes. Exactly one of <see cref="Header"/>,
/// <see cref="Cookie"/>, <see cref="QueryParameter"/> and <see cref="CallerAddress"/> is set.
/// </summary>
public sealed class HashPolicyOptions
{
    /// <summary>The name of a request header. Several values of it count in whatever order they come.</summary>
    public string? Header { get; set; }

    /// <summary>A cookie of the request.</summary>
    public HashCookieOptions? Cookie { get; set; }

    /// <summary>The name of a query parameter. Its first value counts, as it is written; names are told apart by case.</summary>
    public string? QueryParameter { get; set; }

    /// <summary>Whether the address of the caller counts, for whom the request is made: what <c>LoadBalancing().CallerAddress</c> said of it. An IPv4 address in IPv6 form counts as the IPv4 address.</summary>
    public bool CallerAddress { get; set; }

    /// <summary>Whether the policies after this one count only if neither this one nor any before it found anything. Default false.</summary>
    public bool Terminal { get; set; }
}
