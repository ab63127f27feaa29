namespace LoadBalancing.Client;

/// <summary>Delays and errors injected on purpose, to test what was built for when they come by themselves. A delay and an abort are drawn independently; both may hit one request, the delay first.</summary>
public sealed class FaultOptions
{
    /// <summary>Waits before going on. Null, the default: none.</summary>
    public FaultDelayOptions? Delay { get; set; }

    /// <summary>Answers in the endpoint's stead. Null, the default: none.</summary>
    public FaultAbortOptions? Abort { get; set; }

    /// <summary>
    /// Whether a fault hits the whole request, before anything else, so that retries and time-outs do not see it, as in a mesh; or each attempt, so
    /// that retries, time-outs and ejection see it as the endpoint's doing. Default <see cref="FaultScope.Request"/>.
    /// </summary>
    public FaultScope Scope { get; set; } = FaultScope.Request;
}
