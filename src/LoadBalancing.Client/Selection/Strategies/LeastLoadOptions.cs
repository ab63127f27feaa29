namespace LoadBalancing.Client;

/// <summary>How <see cref="LoadBalancingStrategies.LeastLoad"/> measures endpoints. Strategies that do not go by latency take no notice of it.</summary>
public sealed class LeastLoadOptions
{
    /// <summary>
    /// The time in which what is known of an endpoint's latency loses its weight, by a factor of e. Above zero; default 10 s, as in Finagle. An endpoint that nobody asks looks faster with time,
    /// and is asked again in the end.
    /// </summary>
    public TimeSpan DecayTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What a failed attempt counts as having taken, if it did not take longer and the endpoint's latency is not more than half of it. Above zero; default 5 s, as in Linkerd.</summary>
    public TimeSpan FailurePenalty { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most that a failed attempt counts as having taken, and the longest that an endpoint is left alone because it asked for it (<c>Retry-After</c>). At least <see cref="FailurePenalty"/>; default 30 s.</summary>
    public TimeSpan MaxFailurePenalty { get; set; } = TimeSpan.FromSeconds(30);
}
