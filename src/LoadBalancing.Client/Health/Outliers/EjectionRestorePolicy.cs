namespace LoadBalancing.Client;

/// <summary>How an ejected endpoint is restored when its ejection time is over.</summary>
public enum EjectionRestorePolicy
{
    /// <summary>The first sweep after the ejection time restores the endpoint with its full share of traffic.</summary>
    Sweep = 0,

    /// <summary>
    /// After the ejection time the endpoint gets one trial request at a time, chosen from requests that would be retried on another endpoint after a
    /// failure. The first success restores it with its full share of traffic. After a trial request that failed, or was cancelled, the next one follows
    /// an <see cref="OutlierDetectionOptions.Interval"/> later at the earliest. If there was no such request between two sweeps, any request can be the
    /// trial request.
    /// </summary>
    TrialRequest,
}
