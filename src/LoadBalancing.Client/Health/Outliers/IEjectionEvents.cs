namespace LoadBalancing.Client;

/// <summary>
/// Receives ejections and restorations. They are published, counted and logged by one background worker, never by the request that caused them.
/// </summary>
/// <remarks>An interface because the cluster, which reports them, is in a higher layer than the detectors.</remarks>
internal interface IEjectionEvents
{
    void OnEjected(EjectionEvent ejection);

    /// <summary>An ejection was due and refused: MaxEjectionPercent is reached, or the random draw did not enforce the detection.</summary>
    void OnEjectionRefused(EjectionEvent ejection);

    /// <param name="endpoint">The restored endpoint.</param>
    /// <param name="cause">The cause.</param>
    /// <param name="at">The time of the restoration.</param>
    void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at);
}
