namespace LoadBalancing.Client;

/// <summary>A cluster, and the options that hold for it.</summary>
/// <param name="State">The cluster.</param>
/// <param name="Options">The options of the service; for a subset, with its own over them.</param>
/// <param name="Strategy">The strategy that they name.</param>
internal sealed record ConfiguredCluster(ClusterRequestState State, LoadBalancingOptions Options, ILoadBalancingStrategy Strategy);
