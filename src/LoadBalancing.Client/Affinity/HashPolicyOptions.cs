namespace LoadBalancing.Client;

/// <summary>
/// One request property that, combined with those of the other policies, decides the endpoint under a strategy that hashes. Exactly one of
/// <see cref="Header"/>,
/// <see cref="Cookie"/>, <see cref="QueryParameter"/> and <see cref="CallerAddress"/> is set.
/// </summary>
public sealed class HashPolicyOptions
{
    /// <summary>The name of a request header. Several values are hashed regardless of their order.</summary>
    public string? Header { get; set; }

    /// <summary>A cookie of the request.</summary>
    public HashCookieOptions? Cookie { get; set; }

    /// <summary>The case-sensitive name of a query parameter. Its first value is hashed as written.</summary>
    public string? QueryParameter { get; set; }

    /// <summary>
    /// Whether to hash the address of the caller on whose behalf the request is made, as set by <c>LoadBalancing().CallerAddress</c>. An IPv4 address
    /// in IPv6 form counts as
    /// the IPv4 address.
    /// </summary>
    public bool CallerAddress { get; set; }

    /// <summary>Whether the policies after this one apply only if neither this one nor any before it yields a hash. Default false.</summary>
    public bool Terminal { get; set; }
}
