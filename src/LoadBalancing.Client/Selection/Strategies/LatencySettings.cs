namespace LoadBalancing.Client;

/// <summary>How latencies are averaged, and what a failure counts as.</summary>
internal sealed record LatencySettings(TimeSpan DecayTime, TimeSpan FailurePenalty, TimeSpan MaxFailurePenalty)
{
    public static LatencySettings From(LeastLoadOptions options) => new(options.DecayTime, options.FailurePenalty, options.MaxFailurePenalty);
}
