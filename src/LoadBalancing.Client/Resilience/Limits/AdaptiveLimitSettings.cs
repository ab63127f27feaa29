namespace LoadBalancing.Client;

/// <summary>What <see cref="AdaptiveLimitOptions"/> come to.</summary>
/// <param name="Initial">The limit at first.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The most.</param>
/// <param name="Tolerance">A factor.</param>
/// <param name="QueueSize">What is always added.</param>
/// <param name="Smoothing">Above 0, at most 1.</param>
/// <param name="LongWindow">In answers.</param>
internal sealed record AdaptiveLimitSettings(int Initial, int Min, int Max, double Tolerance, int QueueSize, double Smoothing, int LongWindow)
{
    public static AdaptiveLimitSettings? From(AdaptiveLimitOptions? options) => options is null
        ? null
        : new(options.InitialLimit, options.MinLimit, options.MaxLimit, options.Tolerance, options.QueueSize, options.Smoothing, options.LongWindow);
}
