namespace LoadBalancing.Client;

/// <summary>The settings of adaptive limits, from <see cref="AdaptiveLimitOptions"/>.</summary>
/// <param name="Initial">The initial limit.</param>
/// <param name="Min">The smallest limit.</param>
/// <param name="Max">The largest limit.</param>
/// <param name="Tolerance">The factor by which latency may exceed the long-term latency.</param>
/// <param name="QueueSize">The number of attempts that is always added.</param>
/// <param name="Smoothing">Above 0, at most 1.</param>
/// <param name="LongWindow">The window of the long-term latency, in responses.</param>
internal sealed record AdaptiveLimitSettings(int Initial, int Min, int Max, double Tolerance, int QueueSize, double Smoothing, int LongWindow)
{
    public static AdaptiveLimitSettings? From(AdaptiveLimitOptions? options) => options is null
        ? null
        : new(options.InitialLimit, options.MinLimit, options.MaxLimit, options.Tolerance, options.QueueSize, options.Smoothing, options.LongWindow);
}
