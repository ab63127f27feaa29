namespace LoadBalancing.Client;

/// <summary>The options of a cluster for its picks and leases. Immutable; a reload replaces it as a whole.</summary>
/// <param name="Latency">Measures the latency of endpoints; null where the strategy does not use it.</param>
/// <param name="AdaptiveLimits">The limits that follow the latency of attempts; null where there are none.</param>
/// <param name="PickLimiter">
/// Acquires the permits of public picks; null, the usual case: there is no limit. The HTTP handler acquires its permits itself, before it picks.
/// </param>
internal sealed record BalancerSettings(LatencyMeter? Latency, EndpointLimits? AdaptiveLimits, PickLimiter? PickLimiter);
