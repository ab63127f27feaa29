using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>What follows from active checks.</summary>
internal sealed partial class ClusterRuntime : IHealthCheckEvents
{
    void IHealthCheckEvents.OnProbed(UpstreamEndpoint endpoint, ProbeResult result) => _metrics.OnProbeCompleted(result.IsHealthy);

    void IHealthCheckEvents.OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result)
    {
        DateTimeOffset at = Balancer.TimeProvider.GetUtcNow();
        EnqueueEvent(() =>
        {
            if (result.IsHealthy)
            {
                LogHealthCheckPassed(_logger, endpoint, Balancer.FullName);
            }
            else
            {
                LogHealthCheckFailed(_logger, endpoint, Balancer.FullName, result.Reason!);
            }

            Balancer.Observers?.OnHealthChanged(endpoint, result, at);
        });
    }

    void IHealthCheckEvents.OnRestoreRequested(UpstreamEndpoint endpoint) => _outlierDetector.RestoreOnHealthyProbe(endpoint);

    void IHealthCheckEvents.OnChecksStopped() => _writer.Schedule();

    void IHealthCheckEvents.OnChecksResumed()
    {
        // At once, by the request that woke them: it must not be sent where checks of long ago send it.
        lock (_publishLock)
        {
            Publish();
        }
    }

    [LoggerMessage(LogEvents.HealthCheckFailed, LogLevel.Warning, "Endpoint {Endpoint} of service '{Service}' fails its health check and gets no traffic: {Reason}.", EventName = nameof(LogEvents.HealthCheckFailed))]
    private static partial void LogHealthCheckFailed(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(LogEvents.HealthCheckPassed, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' passes its health check.", EventName = nameof(LogEvents.HealthCheckPassed))]
    private static partial void LogHealthCheckPassed(ILogger logger, UpstreamEndpoint endpoint, string service);
}
