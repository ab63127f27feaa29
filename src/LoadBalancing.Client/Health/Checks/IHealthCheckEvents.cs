namespace LoadBalancing.Client;

/// <summary>Where the consequences of active checks go.</summary>
/// <remarks>An interface because the cluster, which acts on them, lies above the checks.</remarks>
internal interface IHealthCheckEvents
{
    /// <summary>A check came to an end.</summary>
    void OnProbed(UpstreamEndpoint endpoint, ProbeResult result);

    /// <summary>Checks have taken an endpoint out, or brought it back, or, with the first result of all, confirmed that it is in.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="result">The check that turned the scales.</param>
    void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result);

    /// <summary>A check was passed, and that is to bring the endpoint back if it is ejected.</summary>
    void OnRestoreRequested(UpstreamEndpoint endpoint);

    /// <summary>There are no checks any more, for want of traffic. The next request should wake the checker.</summary>
    void OnChecksStopped();

    /// <summary>Checks have begun again, and what they found before is unknown.</summary>
    void OnChecksResumed();
}
