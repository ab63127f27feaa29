namespace LoadBalancing.Client;

/// <summary>An injected delay.</summary>
public sealed class FaultDelayOptions
{
    /// <summary>How long. Above zero; must be set.</summary>
    public TimeSpan FixedDelay { get; set; }

    /// <summary>The share that is delayed, in percent, 0 to 100. 0, the default: none, as in Istio.</summary>
    public double Percent { get; set; }
}
