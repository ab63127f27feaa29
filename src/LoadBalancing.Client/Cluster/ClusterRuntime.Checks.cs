namespace LoadBalancing.Client;

/// <summary>Handles the results of health checks.</summary>
internal sealed partial class ClusterRuntime : IHealthCheckEvents
{
    void IHealthCheckEvents.OnProbed(UpstreamEndpoint endpoint, ProbeResult result) => _metrics.OnProbeCompleted(result.IsHealthy);

    void IHealthCheckEvents.OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result) => _events.OnHealthChanged(endpoint, result);

    void IHealthCheckEvents.OnRestoreRequested(UpstreamEndpoint endpoint) => _outlierDetector.RestoreOnHealthyProbe(endpoint);

    void IHealthCheckEvents.OnChecksStopped() => ScheduleWork(isSnapshotStale: true);

    void IHealthCheckEvents.OnChecksResumed()
    {
        // Published immediately, by the request that resumed health checks: it must not be routed by outdated results.
        lock (_publishLock)
        {
            Publish();
        }
    }
}
