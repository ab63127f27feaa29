using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// The background side of one cluster: takes endpoint lists, settings and changes of health, and publishes the snapshot that follows from them.
/// The request side, <see cref="LoadBalancer"/>, knows nothing of it.
/// </summary>
/// <remarks>
/// Whoever publishes holds the lock; requests never do. Ejections take effect in the report that causes them and only leave a note here; the background
/// writer turns notes into a snapshot, logs and metrics, in the order in which they came.
/// </remarks>
internal sealed partial class ClusterRuntime : IEjectionEvents, IDisposable
{
    /// <summary>The name under which the endpoints written in the options are a source among the others.</summary>
    public const string OptionsSource = "options";

    private readonly Lock _publishLock = new();
    private readonly ConcurrentQueue<Action> _pendingEvents = new();
    private readonly EndpointDirectory _directory = new();

    /// <summary>Endpoints whose refused ejection was told since somebody last went out or came back: in an outage the same is due again after every few failures. Only the writer touches it.</summary>
    private readonly HashSet<UpstreamEndpoint> _loggedRefusals = [];
    private readonly OutlierDetector _outlierDetector;
    private readonly CoalescingWorker _writer;
    private readonly ClusterHealthChecks _healthChecks;
    private readonly SlowStartTracker _slowStart;
    private readonly RandomSource _random;
    private readonly LoadBalancingMetrics _allMetrics;
    private readonly ClusterMetrics _metrics;
    private readonly ILogger _logger;
    private ClusterSettings _settings;
    private EndpointSetBuilder _builder;
    private UpstreamEndpoint[]? _endpoints;
    private bool _disposed;
    private bool _loggedUnreportedLease;

    /// <param name="name">The name of the service.</param>
    /// <param name="subset">The subset of the service; null for all of it.</param>
    /// <param name="settings">Its cluster policies.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">The randomness.</param>
    /// <param name="metrics">Where it reports.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="makeProbe">Makes what active checks ask for.</param>
    /// <param name="runProbe">Begins a probe; null: on a thread of the pool.</param>
    public ClusterRuntime(
        string name,
        string? subset,
        ClusterSettings settings,
        TimeProvider timeProvider,
        RandomSource random,
        LoadBalancingMetrics metrics,
        ILogger logger,
        Func<HealthCheckSettings, IHealthProbe> makeProbe,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? runProbe = null)
    {
        _settings = settings;
        _random = random;
        _logger = logger;
        _outlierDetector = new OutlierDetector(settings.OutlierDetection, this, timeProvider, random);
        _writer = new CoalescingWorker(ProcessEvents, timeProvider);
        _slowStart = new SlowStartTracker(timeProvider, _writer.Schedule);
        _slowStart.Configure(settings.EndpointSetSettings.SlowStart);
        _builder = CreateBuilder(settings);
        _allMetrics = metrics;
        _metrics = metrics.ForCluster(name, subset);
        Balancer = new LoadBalancer(name, subset, _outlierDetector, timeProvider, _metrics, new PickLog(subset is null ? name : $"{name}/{subset}", logger))
        {
            ObserverFailed = (observer, exception) => LogObserverFailed(_logger, observer.GetType(), Balancer!.FullName, exception),
            LeaseUnreported = OnLeaseUnreported,
        };
        Limits = new ClusterLimits(Balancer);
        Limits.Configure(settings.Limits, []);
        _healthChecks = new ClusterHealthChecks(this, makeProbe, timeProvider, random, runProbe);
        _healthChecks.Configure(settings.HealthCheck, []);
        Balancer.MeasureLatency(settings.Latency);
        metrics.Observe(name, subset, ReadEndpoints);
    }

    public LoadBalancer Balancer { get; }

    public ClusterLimits Limits { get; }
    /// <summary>How many sweeps there have been.</summary>
    public int SweepCount => _outlierDetector.SweepCount;

    /// <summary>Takes new settings into force.</summary>
    public void Configure(ClusterSettings settings)
    {
        lock (_publishLock)
        {
            if (settings == _settings)
            {
                return;
            }

            _settings = settings;
            _slowStart.Configure(settings.EndpointSetSettings.SlowStart);
            _builder = CreateBuilder(settings);
            _outlierDetector.Configure(settings.OutlierDetection);
            Limits.Configure(settings.Limits, _endpoints ?? []);
            _healthChecks.Configure(settings.HealthCheck, _endpoints ?? []);
            Balancer.MeasureLatency(settings.Latency);
            Publish();
        }
    }

    /// <summary>Takes a source's list into force, unless it is faulty or an empty one that is not to be believed.</summary>
    public void UpdateEndpoints(string source, IReadOnlyList<EndpointDescription> list)
    {
        EndpointUpdate? before;
        lock (_publishLock)
        {
            before = _directory.LastUpdateOf(source);
        }

        // Not under the lock: the list may be somebody else's code, and a long one that is new takes a while.
        EndpointUpdate? read = EndpointUpdateValidator.Read(list, "endpoints", before, out IReadOnlyList<string> faults);
        lock (_publishLock)
        {
            if (read is null)
            {
                _metrics.OnUpdateRejected(source);
                LogUpdateRejected(_logger, Balancer.FullName, source, string.Join(" ", faults));
                return;
            }

            if (read.Endpoints.Length == 0 && _settings.EmptyUpdate == EmptyUpdateBehavior.Keep && _directory.LastUpdateOf(source) is { Endpoints.Length: > 0 })
            {
                _metrics.OnUpdateRejected(source);
                LogEmptyUpdateKept(_logger, Balancer.FullName, source);
                return;
            }

            ApplyEndpoints(source, _directory.ApplyUpdate(source, read, out List<UpstreamEndpoint> removed), removed);
            EndpointsListener?.Invoke(_endpoints);
        }
    }

    public void Dispose()
    {
        lock (_publishLock)
        {
            _disposed = true;
        }

        _allMetrics.EndObservation(Balancer.ServiceName, Balancer.Subset);
        _healthChecks.Dispose();
        _slowStart.Dispose();
        _writer.Dispose();
        _outlierDetector.Dispose();
    }

    [MemberNotNull(nameof(_endpoints))]
    private void ApplyEndpoints(string source, UpstreamEndpoint[] members, List<UpstreamEndpoint> removed)
    {
        int before = _endpoints?.Length ?? 0;
        _endpoints = members;
        _outlierDetector.SetEndpoints(_endpoints, removed);
        _healthChecks.SetEndpoints(_endpoints);
        Limits.SetEndpoints(_endpoints);
        Publish();

        // Every reload brings the list anew, whatever it was that changed.
        if (removed.Count > 0 || _endpoints.Length != before)
        {
            LogEndpointsChanged(_logger, Balancer.FullName, source, before, _endpoints.Length);
            if (Balancer.Observers is not null)
            {
                IReadOnlyList<UpstreamEndpoint> told = _endpoints;
                EnqueueEvent(() => Balancer.Observers?.OnEndpointsChanged(source, told));
            }
        }
    }

    void IEjectionEvents.OnEjected(EjectionEvent ejection) => EnqueueEvent(() =>
    {
        _loggedRefusals.Clear();
        _metrics.OnEjected(ejection.Detector);
        LogEjected(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason, ejection.Duration!.Value);
        Balancer.Observers?.OnEjected(ejection);
    });

    void IEjectionEvents.OnEjectionRefused(EjectionEvent ejection) => EnqueueEvent(() =>
    {
        if (!ejection.IsEnforced)
        {
            _metrics.OnEjectionNotEnforced(ejection.Detector);
            LogEjectionNotEnforced(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason);
            Balancer.Observers?.OnEjectionRefused(ejection);
            return;
        }

        _metrics.OnEjectionRefused(ejection.Detector);
        if (_loggedRefusals.Add(ejection.Endpoint))
        {
            LogEjectionRefused(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason);
        }

        Balancer.Observers?.OnEjectionRefused(ejection);
    });

    void IEjectionEvents.OnRestored(UpstreamEndpoint endpoint, string cause, DateTimeOffset at) => EnqueueEvent(() =>
    {
        _loggedRefusals.Clear();
        _metrics.OnRestored(cause);
        LogRestored(_logger, endpoint, Balancer.FullName, cause);
        Balancer.Observers?.OnRestored(endpoint, cause, at);
    });

    private EndpointSetBuilder CreateBuilder(ClusterSettings settings) =>
        new(settings.Strategy, settings.Panic, settings.EndpointSetSettings, _slowStart, settings.OutlierDetection.RestorePolicy == EjectionRestorePolicy.TrialRequest, _random);

    /// <summary>Logs the first one, in the background: a lease ends on the thread of a request, and often while an exception is on its way.</summary>
    private void OnLeaseUnreported(UpstreamEndpoint endpoint)
    {
        if (!Interlocked.Exchange(ref _loggedUnreportedLease, true))
        {
            EnqueueEvent(() => LogLeaseUnreported(_logger, Balancer.FullName, endpoint));
        }
    }

    private void EnqueueEvent(Action note)
    {
        _pendingEvents.Enqueue(note);
        _writer.Schedule();
    }

    private void ProcessEvents()
    {
        lock (_publishLock)
        {
            Publish();
        }

        while (_pendingEvents.TryDequeue(out Action? note))
        {
            note();
        }
    }

    private void Publish()
    {
        if (_endpoints is null || _disposed)
        {
            return;
        }

        if (_healthChecks.IsAwaitingFirstResults(_endpoints))
        {
            Balancer.Withdraw(_endpoints, _healthChecks.ResumeHealthChecks);
        }
        else
        {
            Balancer.Publish(_builder.Build(_endpoints, Balancer.CurrentSet, _healthChecks.ResumeHealthChecks));
            Limits.OnPublished();
        }
    }

    private List<EndpointReading> ReadEndpoints() =>
    [
        .. Balancer.Endpoints.Select(endpoint => new EndpointReading(
            endpoint.ServerAddress,
            endpoint.ServerPort,
            endpoint.Health.ToString().ToLowerInvariant(),
            endpoint.InFlight,
            endpoint.Load.Succeeded,
            endpoint.Load.Failed,
            endpoint.Load.Neutral)),
    ];

    [LoggerMessage(LogEvents.EndpointEjected, LogLevel.Warning, "Endpoint {Endpoint} of service '{Service}' is taken out for at least {Length}: {Reason}.", EventName = nameof(LogEvents.EndpointEjected))]
    private static partial void LogEjected(ILogger logger, UpstreamEndpoint endpoint, string service, string reason, TimeSpan length);

    [LoggerMessage(LogEvents.EjectionRefused, LogLevel.Warning, "Endpoint {Endpoint} of service '{Service}' stays in although it fails ({Reason}): the largest share that may be out is out.", EventName = nameof(LogEvents.EjectionRefused))]
    private static partial void LogEjectionRefused(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(LogEvents.EndpointRestored, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' is back, by {Cause}.", EventName = nameof(LogEvents.EndpointRestored))]
    private static partial void LogRestored(ILogger logger, UpstreamEndpoint endpoint, string service, string cause);

    [LoggerMessage(LogEvents.EjectionNotEnforced, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' stays in although it fails ({Reason}): the detector is enforced only now and then.", EventName = nameof(LogEvents.EjectionNotEnforced))]
    private static partial void LogEjectionNotEnforced(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(LogEvents.EndpointsChanged, LogLevel.Information, "Service '{Service}' had {Before} endpoints and now has {After}, by source '{Source}'.", EventName = nameof(LogEvents.EndpointsChanged))]
    private static partial void LogEndpointsChanged(ILogger logger, string service, string source, int before, int after);

    [LoggerMessage(LogEvents.EmptyUpdateKept, LogLevel.Warning, "Source '{Source}' gave service '{Service}' an empty list; the endpoints known so far stay (EmptyUpdate = Keep).", EventName = nameof(LogEvents.EmptyUpdateKept))]
    private static partial void LogEmptyUpdateKept(ILogger logger, string service, string source);

    [LoggerMessage(LogEvents.ObserverFailed, LogLevel.Warning, "Observer {Observer} of service '{Service}' threw. Nobody else notices, and further exceptions of this subscription are not logged.", EventName = nameof(LogEvents.ObserverFailed))]
    private static partial void LogObserverFailed(ILogger logger, Type observer, string service, Exception exception);

    [LoggerMessage(LogEvents.LeaseUnreported, LogLevel.Warning, "A lease of service '{Service}' on {Endpoint} ended without an outcome, which counts neither for nor against the endpoint. Use ExecuteAsync, or call Report or End(outcome) on every path, also where an exception is thrown. Further ones are counted by loadbalancing.client.leases.unreported and not logged.", EventName = nameof(LogEvents.LeaseUnreported))]
    private static partial void LogLeaseUnreported(ILogger logger, string service, UpstreamEndpoint endpoint);

    [LoggerMessage(LogEvents.UpdateRejected, LogLevel.Error, "Source '{Source}' gave service '{Service}' a faulty list; the last good one stays in force. {Faults}", EventName = nameof(LogEvents.UpdateRejected))]
    private static partial void LogUpdateRejected(ILogger logger, string service, string source, string faults);
}
