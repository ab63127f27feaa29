namespace LoadBalancing.Client;

/// <summary>
/// A concurrency limit per endpoint that adapts to its latency: it grows while latency is stable, and shrinks while latency is above its long-term average.
/// </summary>
/// <remarks>
/// The Gradient2 algorithm of Netflix's concurrency-limits: with each response the limit moves towards <c>limit x g + QueueSize</c>, where <c>g</c> is
/// <c>Tolerance x long-term latency / latency</c>, clamped to 0.5 to 1. The defaults are those of its authors.
/// </remarks>
public sealed class AdaptiveLimitOptions
{
    /// <summary>The initial limit. From <see cref="MinLimit"/> to <see cref="MaxLimit"/>; default 20.</summary>
    public int InitialLimit { get; set; } = 20;

    /// <summary>The smallest limit. 1 or more; default 4.</summary>
    public int MinLimit { get; set; } = 4;

    /// <summary>The largest limit. At least <see cref="MinLimit"/>; default 1000.</summary>
    public int MaxLimit { get; set; } = 1000;

    /// <summary>The factor by which latency may exceed the long-term latency before the limit shrinks. 1 or more; default 1.5.</summary>
    public double Tolerance { get; set; } = 1.5;

    /// <summary>The number of attempts that is always added to the limit, so that it can grow while latency is stable. 1 or more; default 4.</summary>
    public int QueueSize { get; set; } = 4;

    /// <summary>The share of the distance to its target that the limit moves with each response. Above 0, at most 1; default 0.2.</summary>
    public double Smoothing { get; set; } = 0.2;

    /// <summary>The number of responses over which the long-term latency is averaged. 1 or more; default 600.</summary>
    public int LongWindow { get; set; } = 600;
}
