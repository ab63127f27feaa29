namespace LoadBalancing.Client;

/// <summary>The form of the ramp of slow start, compiled from options.</summary>
internal sealed record RampSettings(TimeSpan Window, double Aggression, double LeastShare)
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);

    /// <summary>How often weights are looked at while somebody ramps: a tenth of the window, and once a second at least.</summary>
    public TimeSpan Step => Window / 10 < LongestStep ? Window / 10 : LongestStep;

    public static RampSettings? From(SlowStartOptions options) =>
        options.Window == TimeSpan.Zero ? null : new RampSettings(options.Window, options.Aggression, options.MinWeightPercent / 100);

    /// <summary>The part of its weight that an endpoint has so long after it came, as in Envoy: max(least, (time / window) ^ (1 / aggression)); 1 when the window is over.</summary>
    public double ShareAfter(TimeSpan time)
    {
        double part = Math.Max(TimeSpan.FromMilliseconds(1).Ticks, time.Ticks) / (double)Window.Ticks;
        return part >= 1 ? 1 : Math.Max(LeastShare, Aggression == 1 ? part : Math.Pow(part, 1 / Aggression));
    }
}
