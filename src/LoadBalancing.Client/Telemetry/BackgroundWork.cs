namespace LoadBalancing.Client;

/// <summary>The kinds of work that run without a caller. Failures are counted and logged by kind.</summary>
internal enum BackgroundWork
{
    /// <summary>A snapshot of the endpoints is built and published.</summary>
    Publish = 0,

    /// <summary>An event is counted, logged, and passed to observers.</summary>
    Report,

    /// <summary>A sweep of outlier detection.</summary>
    Sweep,

    /// <summary>The result of a health check is processed.</summary>
    HealthCheck,

    /// <summary>A failure of an endpoint source is reported.</summary>
    Source,

    /// <summary>Changed options are applied.</summary>
    Reload,

    /// <summary>A token is cancelled, which runs the callbacks of transports, probes and sources.</summary>
    Cancellation,
}
