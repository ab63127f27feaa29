namespace LoadBalancing.Client;

/// <summary>
/// A new or restored endpoint starts with a small fraction of its weight and reaches all of it over time. Not for the endpoints of the first update, not under
/// strategies that hash, and never for more than half of the available
/// weight: then slow start ends early for those that have been in it longest.
/// </summary>
public sealed class SlowStartOptions
{
    /// <summary>The time until an endpoint has its full weight. Zero or longer; zero, the default: no slow start.</summary>
    public TimeSpan Window { get; set; }

    /// <summary>
    /// The shape of the curve: the fraction is (time / window) to the power of 1 / aggression. Above 0; default 1, linear; above 1: faster at first.
    /// </summary>
    public double Aggression { get; set; } = 1;

    /// <summary>The initial fraction, in percent of the weight, 0 to 100; default 10.</summary>
    public double MinWeightPercent { get; set; } = 10;
}
