namespace LoadBalancing.Client;

/// <summary>What restored an ejected endpoint.</summary>
public enum RestoreCause
{
    /// <summary>A sweep found that its ejection time is over.</summary>
    Sweep = 0,

    /// <summary>A trial request succeeded, where endpoints are restored by <see cref="EjectionRestorePolicy.TrialRequest"/>.</summary>
    TrialRequest,

    /// <summary>It passed its health checks, where <see cref="ActiveHealthCheckOptions.RestoreOnPass"/> is on.</summary>
    HealthCheck,
}
