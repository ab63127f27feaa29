namespace LoadBalancing.Client;

/// <summary>
/// A newcomer, and one that comes back, begins with a small part of its weight and has all of it after a while. Not for the endpoints of the first list, not under strategies that hash, and never for more than half of the weight
/// in service: then those that have been ramping longest have ramped enough.
/// </summary>
public sealed class SlowStartOptions
{
    /// <summary>How long it takes until an endpoint has its full weight. Zero or longer; zero, the default: none of this.</summary>
    public TimeSpan Window { get; set; }

    /// <summary>The form of the ramp: the share is (time / window) to the power of 1 / this. Above 0; default 1, a straight line; above 1: fast at first.</summary>
    public double Aggression { get; set; } = 1;

    /// <summary>The share to begin with, in percent of the weight, 0 to 100; default 10.</summary>
    public double MinWeightPercent { get; set; } = 10;
}
