namespace LoadBalancing.Client;

/// <summary>
/// A limit for each endpoint to the attempts under way on it at once, which follows how long it takes to answer: while answers come as fast as ever it grows, when they take longer it shrinks until they
/// do not.
/// </summary>
/// <remarks>
/// After the gradient that Netflix's concurrency-limits calls Gradient2: with each answer the limit moves towards <c>limit x g + QueueSize</c>, where <c>g</c> is <c>Tolerance x long-term latency / this
/// latency</c>, held to 0.5 to 1. The defaults are those of its authors.
/// </remarks>
public sealed class AdaptiveLimitOptions
{
    /// <summary>The limit at first. From <see cref="MinLimit"/> to <see cref="MaxLimit"/>; default 20.</summary>
    public int InitialLimit { get; set; } = 20;

    /// <summary>The least that the limit becomes. 1 or more; default 4.</summary>
    public int MinLimit { get; set; } = 4;

    /// <summary>The most that the limit becomes. At least <see cref="MinLimit"/>; default 1000.</summary>
    public int MaxLimit { get; set; } = 1000;

    /// <summary>How much longer than in the long term an answer may take before the limit shrinks, as a factor. 1 or more; default 1.5.</summary>
    public double Tolerance { get; set; } = 1.5;

    /// <summary>How many attempts may always be added to the limit, so that it can grow while nothing is slow. 1 or more; default 4.</summary>
    public int QueueSize { get; set; } = 4;

    /// <summary>How far the limit goes, with each answer, towards where it should be. Above 0, at most 1; default 0.2.</summary>
    public double Smoothing { get; set; } = 0.2;

    /// <summary>Over how many answers the long-term latency is taken. 1 or more; default 600.</summary>
    public int LongWindow { get; set; } = 600;
}
