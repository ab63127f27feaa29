namespace LoadBalancing.Client;

/// <summary>The form of the ramp of slow start, compiled from options.</summary>
internal sealed record SlowStartSettings(TimeSpan Window, double Aggression, double MinWeightFraction)
{
    private static readonly TimeSpan MaxUpdateInterval = TimeSpan.FromSeconds(1);

    /// <summary>How often weights are looked at while somebody ramps: a tenth of the window, and once a second at least.</summary>
    public TimeSpan UpdateInterval => Window / 10 < MaxUpdateInterval ? Window / 10 : MaxUpdateInterval;

    public static SlowStartSettings? From(SlowStartOptions options) =>
        options.Window == TimeSpan.Zero ? null : new SlowStartSettings(options.Window, options.Aggression, options.MinWeightPercent / 100);

    /// <summary>The part of its weight that an endpoint has so long after it came, as in Envoy: max(least, (time / window) ^ (1 / aggression)); 1 when the window is over.</summary>
    public double WeightFractionAfter(TimeSpan time)
    {
        double part = Math.Max(TimeSpan.FromMilliseconds(1).Ticks, time.Ticks) / (double)Window.Ticks;
        return part >= 1 ? 1 : Math.Max(MinWeightFraction, Aggression == 1 ? part : Math.Pow(part, 1 / Aggression));
    }
}
