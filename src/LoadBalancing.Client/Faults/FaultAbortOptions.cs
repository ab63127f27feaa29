namespace LoadBalancing.Client;

/// <summary>An injected error answer.</summary>
public sealed class FaultAbortOptions
{
    /// <summary>The status of the answer, 200 to 599; must be set.</summary>
    public int Status { get; set; }

    /// <summary>The share that is aborted, in percent, 0 to 100. 0, the default: none, as in Istio.</summary>
    public double Percent { get; set; }
}
