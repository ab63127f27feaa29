namespace LoadBalancing.Client;

/// <summary>What follows from active checks.</summary>
internal sealed partial class ClusterRuntime : IHealthCheckEvents
{
    void IHealthCheckEvents.OnProbed(UpstreamEndpoint endpoint, ProbeResult result) => _metrics.OnProbeCompleted(result.IsHealthy);

    void IHealthCheckEvents.OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result) => _events.OnHealthChanged(endpoint, result);

    void IHealthCheckEvents.OnRestoreRequested(UpstreamEndpoint endpoint) => _outlierDetector.RestoreOnHealthyProbe(endpoint);

    void IHealthCheckEvents.OnChecksStopped() => _worker.Schedule();

    void IHealthCheckEvents.OnChecksResumed()
    {
        // Immediately, by the request that resumed them: it must not be sent where checks of long ago send it.
        lock (_publishLock)
        {
            Publish();
        }
    }
}
