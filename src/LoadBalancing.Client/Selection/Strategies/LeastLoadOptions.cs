namespace LoadBalancing.Client;

/// <summary>How <see cref="LoadBalancingStrategies.LeastLoad"/> measures endpoints. Strategies that do not use latency ignore it.</summary>
public sealed class LeastLoadOptions
{
    /// <summary>
    /// The time in which a latency measurement loses its weight, by a factor of e. Above zero; default 10 s, as in Finagle. An endpoint that looks slow is
    /// tried again after 0.6 to 6 times this time, the sooner the more requests there are.
    /// </summary>
    public TimeSpan DecayTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The latency that a failed attempt counts as, unless it took longer, or the endpoint's latency is more than half of it. Above zero; default 5 s, as in
    /// Linkerd.
    /// </summary>
    public TimeSpan FailurePenalty { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The maximum latency that a failed attempt counts as, and the longest time that an endpoint is avoided at its own request (<c>Retry-After</c>). At least
    /// <see cref="FailurePenalty"/>; default 30 s.
    /// </summary>
    public TimeSpan MaxFailurePenalty { get; set; } = TimeSpan.FromSeconds(30);
}
