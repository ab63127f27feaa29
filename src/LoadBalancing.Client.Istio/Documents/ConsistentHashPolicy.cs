namespace LoadBalancing.Client;

/// <summary><c>consistentHash</c>: a hash input and a hash table.</summary>
internal sealed record ConsistentHashPolicy(
    SourceLocation Location,
    Located<string>? Header,
    HashCookiePolicy? Cookie,
    Located<bool>? SourceIp,
    Located<string>? QueryParameter,
    Located<int>? MinimumRingSize,
    Located<int>? MaglevTableSize);
