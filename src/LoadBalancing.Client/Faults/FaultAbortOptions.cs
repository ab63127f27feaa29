namespace LoadBalancing.Client;

/// <summary>An injected error response.</summary>
public sealed class FaultAbortOptions
{
    /// <summary>The status of the response, 200 to 599; required.</summary>
    public int Status { get; set; }

    /// <summary>The share of requests to abort, in percent, 0 to 100. 0, the default: none, as in Istio.</summary>
    public double Percent { get; set; }
}
