namespace LoadBalancing.Client;

/// <summary>Receives the results of health checks.</summary>
/// <remarks>An interface because the cluster, which acts on them, is in a higher layer than health checks.</remarks>
internal interface IHealthCheckEvents
{
    /// <summary>A probe has completed.</summary>
    void OnProbed(UpstreamEndpoint endpoint, ProbeResult result);

    /// <summary>The health of an endpoint has changed, or the very first result has confirmed it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="result">The probe result that changed the endpoint's health.</param>
    void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result);

    /// <summary>A probe has passed, and the endpoint is to be restored if it is ejected.</summary>
    void OnRestoreRequested(UpstreamEndpoint endpoint);

    /// <summary>Health checks have stopped because there is no traffic. The next request resumes them.</summary>
    void OnChecksStopped();

    /// <summary>Health checks have resumed, and earlier results are reset to unknown.</summary>
    void OnChecksResumed();
}
