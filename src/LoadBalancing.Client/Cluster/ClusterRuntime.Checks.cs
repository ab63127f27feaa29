using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>What follows from active checks.</summary>
internal sealed partial class ClusterRuntime : ICheckEvents
{
    void ICheckEvents.OnChecked(UpstreamEndpoint endpoint, ProbeResult result) => _metrics.OnChecked(result.HasPassed);

    void ICheckEvents.OnCheckTurned(UpstreamEndpoint endpoint, ProbeResult result)
    {
        DateTimeOffset at = Balancer.TimeProvider.GetUtcNow();
        Note(() =>
        {
            if (result.HasPassed)
            {
                LogCheckPassed(_logger, endpoint, Balancer.FullName);
            }
            else
            {
                LogCheckFailed(_logger, endpoint, Balancer.FullName, result.Reason!);
            }

            Balancer.Observers?.OnCheckTurned(endpoint, result, at);
        });
    }

    void ICheckEvents.OnPassReturns(UpstreamEndpoint endpoint) => _health.ReturnOnPass(endpoint);

    void ICheckEvents.OnChecksStopped() => _writer.Request();

    void ICheckEvents.OnChecksWoken()
    {
        // At once, by the request that woke them: it must not be sent where checks of long ago send it.
        lock (_publishing)
        {
            Publish();
        }
    }

    [LoggerMessage(LogEvents.CheckFailed, LogLevel.Warning, "Endpoint {Endpoint} of service '{Service}' fails its health check and gets no traffic: {Reason}.", EventName = nameof(LogEvents.CheckFailed))]
    private static partial void LogCheckFailed(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(LogEvents.CheckPassed, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' passes its health check.", EventName = nameof(LogEvents.CheckPassed))]
    private static partial void LogCheckPassed(ILogger logger, UpstreamEndpoint endpoint, string service);
}
