namespace LoadBalancing.Client;

/// <summary>The cluster policies in force, compiled from options.</summary>
internal sealed record ClusterSettings(
    ILoadBalancingStrategy Strategy,
    LatencySettings? Latency,
    PanicRule Panic,
    EndpointSetSettings EndpointSetSettings,
    OutlierDetectionSettings OutlierDetection,
    PoolLimits Limits,
    EmptyUpdateBehavior EmptyUpdate,
    HealthCheckSettings? HealthCheck)
{
    public static ClusterSettings From(LoadBalancingOptions options, StrategyRegistry strategies)
    {
        if (!strategies.TryGet(options.Strategy, out ILoadBalancingStrategy? strategy))
        {
            throw new InvalidOperationException($"Strategy '{options.Strategy}' passed validation but is not registered.");
        }

        return new ClusterSettings(
            strategy is IConfigurableStrategy configurable ? configurable.Configure(options) : strategy,
            strategy.UsesLatency ? LatencySettings.From(options.LeastLoad) : null,
            new PanicRule(options.Panic.ThresholdPercent, options.Panic.Traffic),
            EndpointSetSettings.From(options),
            OutlierDetectionSettings.From(options.OutlierDetection),
            PoolLimits.From(options.ConnectionPool, options.RetryBudget),
            options.EmptyUpdate,
            HealthCheckSettings.From(options.HealthCheck));
    }
}
