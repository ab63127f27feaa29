namespace LoadBalancing.Client;

/// <summary>A cluster with its current options.</summary>
/// <param name="State">The cluster.</param>
/// <param name="Options">The options of the service; for a subset, overridden by its own.</param>
/// <param name="Strategy">The strategy of the options.</param>
internal sealed record ConfiguredCluster(ClusterRequestState State, LoadBalancingOptions Options, ILoadBalancingStrategy Strategy);
