namespace LoadBalancing.Client;

/// <summary>Faults injected on purpose, to test resilience. Delay and abort are drawn independently; both may apply to one request, the delay first.</summary>
public sealed class FaultOptions
{
    /// <summary>Delays requests. Null, the default: none.</summary>
    public FaultDelayOptions? Delay { get; set; }

    /// <summary>Responds with an error instead of the endpoint. Null, the default: none.</summary>
    public FaultAbortOptions? Abort { get; set; }

    /// <summary>
    /// Whether a fault applies to the whole request, before anything else, so that retries and timeouts do not see it, as in a mesh; or to each attempt, so
    /// that retries, timeouts and ejection attribute it to the endpoint. Default <see cref="FaultScope.Request"/>.
    /// </summary>
    public FaultScope Scope { get; set; } = FaultScope.Request;
}
