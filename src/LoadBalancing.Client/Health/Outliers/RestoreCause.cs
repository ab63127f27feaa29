namespace LoadBalancing.Client;

/// <summary>The cause of the restoration of an ejected endpoint.</summary>
public enum RestoreCause
{
    /// <summary>A sweep after the end of the ejection time.</summary>
    Sweep = 0,

    /// <summary>A successful trial request, where endpoints are restored by <see cref="EjectionRestorePolicy.TrialRequest"/>.</summary>
    TrialRequest,

    /// <summary>A passed probe, where <see cref="ActiveHealthCheckOptions.RestoreOnPass"/> is true.</summary>
    HealthCheck,

    /// <summary>Changed options: the detector that ejected the endpoint was switched off, or cannot eject any more.</summary>
    DetectorDisabled,
}
