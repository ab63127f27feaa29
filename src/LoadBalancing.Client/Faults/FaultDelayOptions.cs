namespace LoadBalancing.Client;

/// <summary>An injected delay.</summary>
public sealed class FaultDelayOptions
{
    /// <summary>The delay, above zero; required.</summary>
    public TimeSpan FixedDelay { get; set; }

    /// <summary>The share of requests to delay, in percent, 0 to 100. 0, the default: none, as in Istio.</summary>
    public double Percent { get; set; }
}
