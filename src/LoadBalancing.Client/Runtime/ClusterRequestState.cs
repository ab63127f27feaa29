using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>What plans keep of a cluster that outlives them.</summary>
internal sealed class ClusterRequestState
{
    public ClusterRequestState(ClusterRuntime cluster, ILoggerFactory loggerFactory)
    {
        Balancer = cluster.Balancer;
        Limits = cluster.Limits;
        Log = new CallLog(Balancer.FullName, loggerFactory.CreateLogger<LoadBalancingHandler>());
        Balancer.LeaseReclaimed = Log.LeaseReclaimed;
    }

    public LoadBalancer Balancer { get; }

    public ClusterLimits Limits { get; }

    public CallLog Log { get; }

    public FrequentPaths Paths { get; } = new();
}

/// <summary>A cluster, and the options that hold for it.</summary>
/// <param name="State">The cluster.</param>
/// <param name="Options">The options of the service; for a subset, with its own over them.</param>
/// <param name="Strategy">The strategy that they name.</param>
internal sealed record ConfiguredCluster(ClusterRequestState State, LoadBalancingOptions Options, ILoadBalancingStrategy Strategy);
