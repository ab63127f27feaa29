namespace LoadBalancing.Client;

/// <summary>The compiled settings of slow start.</summary>
internal sealed record SlowStartSettings(TimeSpan Window, double Aggression, double MinWeightFraction)
{
    private static readonly TimeSpan MaxUpdateInterval = TimeSpan.FromSeconds(1);

    /// <summary>How often weights are updated during slow start: a tenth of the window, and at least once per second.</summary>
    public TimeSpan UpdateInterval => Window / 10 < MaxUpdateInterval ? Window / 10 : MaxUpdateInterval;

    public static SlowStartSettings? From(SlowStartOptions options) =>
        options.Window == TimeSpan.Zero ? null : new SlowStartSettings(options.Window, options.Aggression, options.MinWeightPercent / 100);

    /// <summary>
    /// The fraction of its weight that an endpoint has after this time, as in Envoy: max(minimum, (time / window) ^ (1 / aggression)); 1 after the window.
    /// </summary>
    public double WeightFractionAfter(TimeSpan time)
    {
        double fraction = Math.Max(TimeSpan.FromMilliseconds(1).Ticks, time.Ticks) / (double)Window.Ticks;
        return fraction >= 1 ? 1 : Math.Max(MinWeightFraction, Aggression == 1 ? fraction : Math.Pow(fraction, 1 / Aggression));
    }
}
