namespace LoadBalancing.Client;

/// <summary>What the options of a cluster say about its picks and leases. Immutable; a reload replaces it as a whole.</summary>
/// <param name="Latency">Measures the latency of endpoints; null where the strategy does not use it.</param>
/// <param name="AdaptiveLimits">The limits that follow the latency of attempts; null where there are none.</param>
/// <param name="PickLimiter">
/// Gives public picks their permits; null, the usual: there is no limit. The HTTP side acquires permits by itself, before it picks.
/// </param>
internal sealed record BalancerSettings(LatencyMeter? Latency, EndpointLimits? AdaptiveLimits, PickLimiter? PickLimiter);
