namespace LoadBalancing.Client;

/// <summary><c>loadBalancer</c>.</summary>
internal sealed record LoadBalancerPolicy(
    SourceLocation Location,
    Located<string>? Simple,
    ConsistentHashPolicy? ConsistentHash,
    LocalityPolicy? Locality,
    WarmupPolicy? Warmup);
