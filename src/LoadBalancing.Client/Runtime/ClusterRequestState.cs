namespace LoadBalancing.Client;

/// <summary>A cluster and the state of its requests that outlives plans.</summary>
internal sealed class ClusterRequestState
{
    /// <param name="cluster">The cluster.</param>
    /// <param name="log">The log of its calls.</param>
    public ClusterRequestState(ClusterRuntime cluster, CallLog log)
    {
        Cluster = cluster;
        Log = log;
    }

    public ClusterRuntime Cluster { get; }

    public LoadBalancer Balancer => Cluster.Balancer;

    public ClusterLimits Limits => Cluster.Limits;

    public CallLog Log { get; }

    public FrequentPaths Paths { get; } = new();
}
