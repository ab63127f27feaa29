using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// The background side of one cluster: composes its parts, applies endpoint updates, settings and health changes, and publishes the resulting
/// snapshot. The request side, <see cref="LoadBalancer"/>, does not depend on it.
/// </summary>
/// <remarks>
/// Publishing holds the lock; requests never do. Ejections take effect in the report that causes them and only enqueue an event; the background
/// worker publishes the resulting snapshot and reports the events in order.
/// </remarks>
internal sealed partial class ClusterRuntime : IDisposable
{
    /// <summary>The source name of the endpoints in the options.</summary>
    public const string OptionsSource = "options";

    private readonly Lock _publishLock = new();
    private readonly EndpointDirectory _directory = new();
    private readonly CurrentEndpointSet _sets;
    private readonly ClusterName _name;
    private readonly EndpointSourceStates _sources;
    private readonly BackgroundGuard _guard;
    private readonly ClusterEvents _events;
    private readonly OutlierDetector _outlierDetector;
    private readonly CoalescingWorker _worker;
    private readonly ClusterHealthChecks _healthChecks;
    private readonly SlowStartTracker _slowStart;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly LoadBalancingMetrics _allMetrics;
    private readonly ClusterMetrics _metrics;
    private readonly ILogger _logger;
    private ClusterSettings _settings;
    private EndpointSetBuilder _builder;
    private UpstreamEndpoint[]? _endpoints;
    private bool _disposed;

    /// <param name="name">The cluster.</param>
    /// <param name="sources">What the sources of the service have done, for messages while endpoints are missing.</param>
    /// <param name="settings">The cluster policies.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">The randomness.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="logger">The logger.</param>
    /// <param name="makeProbe">Creates the probe of health checks.</param>
    /// <param name="leaseReclaimed">Called for each lease that was dropped without being ended; null: no callback.</param>
    /// <param name="runProbe">Starts a probe; null: on a thread of the pool.</param>
    public ClusterRuntime(
        ClusterName name,
        EndpointSourceStates sources,
        ClusterSettings settings,
        TimeProvider timeProvider,
        RandomSource random,
        LoadBalancingMetrics metrics,
        ILogger logger,
        Func<HealthCheckSettings, IHealthProbe> makeProbe,
        Action<UpstreamEndpoint>? leaseReclaimed = null,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? runProbe = null)
    {
        _name = name;
        _sources = sources;
        _sets = new CurrentEndpointSet(name, timeProvider);
        _settings = settings;
        _timeProvider = timeProvider;
        _random = random;
        _logger = logger;
        _allMetrics = metrics;
        _metrics = metrics.ForCluster(name.Service, name.Subset);
        _guard = new BackgroundGuard(name.FullName, _metrics, logger);
        _worker = new CoalescingWorker(PublishAndReport, timeProvider);
        var observers = new ClusterObservers(name, _metrics, logger);
        _events = new ClusterEvents(name, observers, _metrics, timeProvider, logger, _guard, ScheduleWork);
        _outlierDetector = new OutlierDetector(settings.OutlierDetection, _events, timeProvider, random, _guard);
        _slowStart = new SlowStartTracker(timeProvider, () => ScheduleWork(isSnapshotStale: true));
        _slowStart.Configure(settings.EndpointSetSettings.SlowStart);
        _builder = CreateBuilder(settings);
        Limits = new ClusterLimits(_sets, timeProvider);
        var endpointLimits = EndpointLimits.From(settings.Limits, Limits.Permits);
        Balancer = new LoadBalancer(
            name,
            sources,
            CreateBalancerSettings(settings, endpointLimits),
            _sets,
            _outlierDetector,
            Limits.Permits,
            observers,
            _metrics,
            new PickLog(name.FullName, logger),
            timeProvider,
            leaseReclaimed,
            _events.OnLeaseUnreported);
        Limits.Configure(settings.Limits, endpointLimits, []);
        _healthChecks = new ClusterHealthChecks(this, makeProbe, timeProvider, random, _guard, runProbe);
        try
        {
            _healthChecks.Configure(settings.HealthCheck, []);
            metrics.Observe(name.Service, name.Subset, ReadEndpoints);
        }
        catch
        {
            // Timers have begun, and the caller has no object to dispose.
            Dispose();
            throw;
        }
    }

    public LoadBalancer Balancer { get; }

    public ClusterLimits Limits { get; }

    /// <summary>The number of sweeps so far.</summary>
    public int SweepCount => _outlierDetector.SweepCount;

    /// <summary>Applies new settings.</summary>
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
            var endpointLimits = EndpointLimits.From(settings.Limits, Limits.Permits);

            // Before the limits are applied: attempts must be reported to the new limits of the endpoints, not to the previous ones.
            Balancer.Configure(CreateBalancerSettings(settings, endpointLimits));
            Limits.Configure(settings.Limits, endpointLimits, _endpoints ?? []);
            _healthChecks.Configure(settings.HealthCheck, _endpoints ?? []);
            Publish();
        }
    }

    /// <summary>Applies an endpoint update of a source, unless it is invalid, or empty and <see cref="EmptyUpdateBehavior.Keep"/> is set.</summary>
    public void UpdateEndpoints(string source, IReadOnlyList<EndpointDescription> list)
    {
        EndpointUpdate? before;
        lock (_publishLock)
        {
            before = _directory.LastUpdateOf(source);
        }

        // Not under the lock: the list may be foreign code, and a long new list takes a while to validate.
        EndpointUpdate? read = EndpointUpdateValidator.Read(list, "endpoints", before, out IReadOnlyList<string> errors);
        lock (_publishLock)
        {
            if (read is null)
            {
                string all = string.Join(" ", errors);
                _sources.OnRejected(source, all);
                _guard.Run(BackgroundWork.Report, () => _metrics.OnUpdateRejected(source));
                _guard.Run(BackgroundWork.Report, () => LogUpdateRejected(_logger, _name.FullName, source, all));
                return;
            }

            if (read.Endpoints.Length == 0 && _settings.EmptyUpdate == EmptyUpdateBehavior.Keep && _directory.LastUpdateOf(source) is { Endpoints.Length: > 0 })
            {
                _guard.Run(BackgroundWork.Report, () => _metrics.OnUpdateRejected(source));
                _guard.Run(BackgroundWork.Report, () => LogEmptyUpdateKept(_logger, _name.FullName, source));
                return;
            }

            _sources.OnApplied(source, read.Endpoints.Length);
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

        _allMetrics.EndObservation(_name.Service, _name.Subset);
        _healthChecks.Dispose();
        _slowStart.Dispose();
        _worker.Dispose();
        _outlierDetector.Dispose();
        _sets.Stop();
        Limits.Stop(_name.CreateStoppedException);
    }

    [MemberNotNull(nameof(_endpoints))]
    private void ApplyEndpoints(string source, UpstreamEndpoint[] endpoints, List<UpstreamEndpoint> removed)
    {
        int before = _endpoints?.Length ?? 0;
        _endpoints = endpoints;
        _outlierDetector.SetEndpoints(_endpoints, removed);
        _healthChecks.SetEndpoints(_endpoints);
        Limits.SetEndpoints(_endpoints);
        Publish();

        // Every reload applies the list again, regardless of what changed.
        if (removed.Count > 0 || _endpoints.Length != before)
        {
            _events.OnEndpointsChanged(source, before, _endpoints);
        }
    }

    private EndpointSetBuilder CreateBuilder(ClusterSettings settings) =>
        new(
            settings.Strategy,
            settings.Panic,
            settings.EndpointSetSettings,
            _slowStart,
            settings.OutlierDetection.RestorePolicy == EjectionRestorePolicy.TrialRequest,
            _random);

    private LoadBalancer.Settings CreateBalancerSettings(ClusterSettings settings, EndpointLimits? endpointLimits) => new(
        settings.Latency is { } latency ? new LatencyMeter(latency, _timeProvider) : null,
        endpointLimits is { IsAdaptive: true } ? endpointLimits : null,
        settings.Limits.MaxRequests is null ? null : new PickLimiter(Limits.Permits, settings.Limits, _name, _metrics, _timeProvider));

    private List<EndpointReading> ReadEndpoints() =>
    [
        .. _sets.Endpoints.Select(endpoint => new EndpointReading(
            endpoint.ServerAddress,
            endpoint.ServerPort,
            endpoint.Health.ToString().ToLowerInvariant(),
            endpoint.InFlight,
            endpoint.Load.Succeeded,
            endpoint.Load.Failed,
            endpoint.Load.Neutral)),
    ];

    [LoggerMessage(
        LogEvents.EmptyUpdateKept,
        LogLevel.Warning,
        "Source '{Source}' sent service '{Service}' an empty update; the previous endpoints are kept (EmptyUpdate = Keep).",
        EventName = nameof(LogEvents.EmptyUpdateKept))]
    private static partial void LogEmptyUpdateKept(ILogger logger, string service, string source);

    [LoggerMessage(
        LogEvents.UpdateRejected,
        LogLevel.Error,
        "Source '{Source}' sent service '{Service}' an invalid update; the last valid one stays in force. {Errors}",
        EventName = nameof(LogEvents.UpdateRejected))]
    private static partial void LogUpdateRejected(ILogger logger, string service, string source, string errors);
}
