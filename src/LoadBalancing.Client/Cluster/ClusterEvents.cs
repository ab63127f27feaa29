using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Reports the events of a cluster's endpoints to logs, metrics and observers. Events come from the threads of requests, health checks and sources, which
/// only enqueue them; the background worker reports them in order. Metric, log and observers are a piece of work each: one that throws does not keep the
/// event from the others.
/// </summary>
internal sealed partial class ClusterEvents : IEjectionEvents
{
    private readonly ConcurrentQueue<Action> _pending = new();

    /// <summary>
    /// Endpoints whose refused ejection was logged since the last ejection or restoration: in an outage the same ejection is due again after every
    /// few failures. Used only by the worker.
    /// </summary>
    private readonly HashSet<UpstreamEndpoint> _loggedRefusals = [];
    private readonly ClusterName _name;
    private readonly ClusterObservers _observers;
    private readonly ClusterMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly BackgroundGuard _guard;
    private readonly Action<bool> _scheduleWork;
    private bool _loggedUnreportedLease;

    /// <param name="name">The cluster.</param>
    /// <param name="observers">Its observers.</param>
    /// <param name="metrics">Its metrics.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">The cluster's logger.</param>
    /// <param name="guard">Runs the reports.</param>
    /// <param name="scheduleWork">Schedules a call of <see cref="ReportPending"/> by the worker; with true, also a new snapshot.</param>
    public ClusterEvents(
        ClusterName name,
        ClusterObservers observers,
        ClusterMetrics metrics,
        TimeProvider timeProvider,
        ILogger logger,
        BackgroundGuard guard,
        Action<bool> scheduleWork)
    {
        _name = name;
        _observers = observers;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _logger = logger;
        _guard = guard;
        _scheduleWork = scheduleWork;
    }

    public void OnEjected(EjectionEvent ejection) => Enqueue(
        isSnapshotStale: true,
        () =>
        {
            _loggedRefusals.Clear();
            _metrics.OnEjected(EjectionNames.NameOf(ejection.Detector));
        },
        () => LogEjected(_logger, ejection.Endpoint, _name.FullName, ejection.Reason, ejection.Duration!.Value),
        () => _observers.Current?.OnEjected(ejection));

    public void OnEjectionRefused(EjectionEvent ejection) => Enqueue(
        isSnapshotStale: false,
        () =>
        {
            string detector = EjectionNames.NameOf(ejection.Detector);
            if (ejection.IsEnforced)
            {
                _metrics.OnEjectionRefused(detector);
            }
            else
            {
                _metrics.OnEjectionNotEnforced(detector);
            }
        },
        () =>
        {
            if (!ejection.IsEnforced)
            {
                LogEjectionNotEnforced(_logger, ejection.Endpoint, _name.FullName, ejection.Reason);
            }
            else if (_loggedRefusals.Add(ejection.Endpoint))
            {
                LogEjectionRefused(_logger, ejection.Endpoint, _name.FullName, ejection.Reason);
            }
        },
        () => _observers.Current?.OnEjectionRefused(ejection));

    public void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at)
    {
        string name = EjectionNames.NameOf(cause);
        Enqueue(
            isSnapshotStale: true,
            () =>
            {
                _loggedRefusals.Clear();
                _metrics.OnRestored(name);
            },
            () => LogRestored(_logger, endpoint, _name.FullName, name),
            () => _observers.Current?.OnRestored(endpoint, cause, at));
    }

    /// <summary>Reports a change of an endpoint's health by health checks.</summary>
    public void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result)
    {
        DateTimeOffset at = _timeProvider.GetUtcNow();
        Enqueue(
            isSnapshotStale: true,
            () =>
            {
                if (result.IsHealthy)
                {
                    LogHealthCheckPassed(_logger, endpoint, _name.FullName);
                }
                else
                {
                    LogHealthCheckFailed(_logger, endpoint, _name.FullName, result.Reason!);
                }
            },
            () => _observers.Current?.OnHealthChanged(endpoint, result, at));
    }

    /// <summary>Reports that endpoints were added or removed. They are published already.</summary>
    /// <param name="source">The source of the update.</param>
    /// <param name="before">The number of endpoints before the update.</param>
    /// <param name="endpoints">All endpoints after the update.</param>
    public void OnEndpointsChanged(string source, int before, IReadOnlyList<UpstreamEndpoint> endpoints)
    {
        // Those of now: one that subscribes right after the start must not receive the first list, or only sometimes.
        ObserverList? observers = _observers.Current;
        Enqueue(
            isSnapshotStale: false,
            () => LogEndpointsChanged(_logger, _name.FullName, source, before, endpoints.Count),
            () => observers?.OnEndpointsChanged(source, endpoints));
    }

    /// <summary>Logs the first unreported lease, in the background: a lease ends on the thread of a request, often while an exception propagates.</summary>
    public void OnLeaseUnreported(UpstreamEndpoint endpoint)
    {
        if (!Interlocked.Exchange(ref _loggedUnreportedLease, true))
        {
            Enqueue(isSnapshotStale: false, () => LogLeaseUnreported(_logger, _name.FullName, endpoint));
        }
    }

    /// <summary>Reports all pending events. Called by the background worker.</summary>
    public void ReportPending()
    {
        while (_pending.TryDequeue(out Action? report))
        {
            _guard.Run(BackgroundWork.Report, report);
        }
    }

    /// <param name="isSnapshotStale">Whether the event has changed what the next snapshot consists of.</param>
    /// <param name="pieces">The reports, in order; each may throw.</param>
    private void Enqueue(bool isSnapshotStale, params ReadOnlySpan<Action> pieces)
    {
        foreach (Action piece in pieces)
        {
            _pending.Enqueue(piece);
        }

        _scheduleWork(isSnapshotStale);
    }

    [LoggerMessage(
        LogEvents.LeaseUnreported,
        LogLevel.Warning,
        "A lease of service '{Service}' on {Endpoint} ended without an outcome, which counts neither for nor against the endpoint. Use ExecuteAsync, or " +
            "call Report or End(outcome) on every path, also where an exception is thrown. Further ones are counted by " +
            "loadbalancing.client.leases.unreported and not logged.",
        EventName = nameof(LogEvents.LeaseUnreported))]
    private static partial void LogLeaseUnreported(ILogger logger, string service, UpstreamEndpoint endpoint);

    [LoggerMessage(
        LogEvents.EndpointEjected,
        LogLevel.Warning,
        "Endpoint {Endpoint} of service '{Service}' was ejected for at least {Length}: {Reason}.",
        EventName = nameof(LogEvents.EndpointEjected))]
    private static partial void LogEjected(ILogger logger, UpstreamEndpoint endpoint, string service, string reason, TimeSpan length);

    [LoggerMessage(
        LogEvents.EjectionRefused,
        LogLevel.Warning,
        "Endpoint {Endpoint} of service '{Service}' was not ejected ({Reason}): MaxEjectionPercent is reached.",
        EventName = nameof(LogEvents.EjectionRefused))]
    private static partial void LogEjectionRefused(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(
        LogEvents.EndpointRestored,
        LogLevel.Information,
        "Endpoint {Endpoint} of service '{Service}' was restored, by {Cause}.",
        EventName = nameof(LogEvents.EndpointRestored))]
    private static partial void LogRestored(ILogger logger, UpstreamEndpoint endpoint, string service, string cause);

    [LoggerMessage(
        LogEvents.EjectionNotEnforced,
        LogLevel.Information,
        "Endpoint {Endpoint} of service '{Service}' was not ejected ({Reason}): the detector's enforcement percentage is below 100.",
        EventName = nameof(LogEvents.EjectionNotEnforced))]
    private static partial void LogEjectionNotEnforced(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(
        LogEvents.HealthCheckFailed,
        LogLevel.Warning,
        "Endpoint {Endpoint} of service '{Service}' fails its health check and receives no traffic: {Reason}.",
        EventName = nameof(LogEvents.HealthCheckFailed))]
    private static partial void LogHealthCheckFailed(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(
        LogEvents.HealthCheckPassed,
        LogLevel.Information,
        "Endpoint {Endpoint} of service '{Service}' passes its health check.",
        EventName = nameof(LogEvents.HealthCheckPassed))]
    private static partial void LogHealthCheckPassed(ILogger logger, UpstreamEndpoint endpoint, string service);

    [LoggerMessage(
        LogEvents.EndpointsChanged,
        LogLevel.Information,
        "Service '{Service}' has {After} endpoints (before: {Before}), from source '{Source}'.",
        EventName = nameof(LogEvents.EndpointsChanged))]
    private static partial void LogEndpointsChanged(ILogger logger, string service, string source, int before, int after);
}
