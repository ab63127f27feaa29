namespace LoadBalancing.Client;

/// <summary>Where consequences of ejections and returns go: published, counted, and logged by one background writer, never by the request that caused them.</summary>
/// <remarks>An interface because the cluster, which reports them, lies above the detectors.</remarks>
internal interface IEjectionEvents
{
    void OnEjected(EjectionEvent ejection);

    /// <summary>An ejection was due and did not come: the cap forbade it, or, by chance, the detector was not to be enforced this time.</summary>
    void OnEjectionRefused(EjectionEvent ejection);

    /// <param name="endpoint">Who is back.</param>
    /// <param name="cause">What restored it.</param>
    /// <param name="at">When.</param>
    void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at);
}
