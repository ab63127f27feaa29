namespace LoadBalancing.Client;

/// <summary>How an ejected endpoint comes back into service when its time is up.</summary>
public enum EjectionRestorePolicy
{
    /// <summary>At the first sweep after its time it gets its whole share again.</summary>
    Sweep = 0,

    /// <summary>
    /// After its time it gets one request at a time, of those that would be tried again elsewhere if it failed, until one succeeds; then it gets its whole share. After one that failed the next
    /// comes an <see cref="OutlierDetectionOptions.Interval"/> later at the earliest. If there was no such request from one sweep to the next, any request will do.
    /// </summary>
    TrialRequest,
}
