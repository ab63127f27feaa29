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
internal sealed partial class ClusterRuntime : IHealthEvents, IDisposable
{
    /// <summary>The name under which the endpoints written in the options are a source among the others.</summary>
    public const string OptionsSource = "options";

    private readonly Lock _publishing = new();
    private readonly ConcurrentQueue<Action> _notes = new();
    private readonly EndpointDirectory _directory = new();

    /// <summary>Endpoints whose refused ejection was told since somebody last went out or came back: in an outage the same is due again after every few failures. Only the writer touches it.</summary>
    private readonly HashSet<UpstreamEndpoint> _refusalsTold = [];
    private readonly OutlierDetector _health;
    private readonly BackgroundWriter _writer;
    private readonly ClusterChecks _checks;
    private readonly SlowStartRamps _ramps;
    private readonly RandomSource _random;
    private readonly LoadBalancingMetrics _allMetrics;
    private readonly ClusterMetrics _metrics;
    private readonly ILogger _logger;
    private ClusterSettings _settings;
    private EndpointSetBuilder _builder;
    private UpstreamEndpoint[]? _members;
    private bool _disposed;

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
        Func<ActiveCheckSettings, IHealthProbe> makeProbe,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? runProbe = null)
    {
        _settings = settings;
        _random = random;
        _logger = logger;
        _health = new OutlierDetector(settings.OutlierDetection, this, timeProvider, random);
        _writer = new BackgroundWriter(WriteNotes, timeProvider);
        _ramps = new SlowStartRamps(timeProvider, _writer.Request);
        _ramps.Configure(settings.Shape.SlowStart);
        _builder = MakeBuilder(settings);
        _allMetrics = metrics;
        _metrics = metrics.ForCluster(name, subset);
        Balancer = new LoadBalancer(name, subset, _health, timeProvider, _metrics, new PickLog(subset is null ? name : $"{name}/{subset}", logger))
        {
            ObserverFailed = (observer, exception) => LogObserverFailed(_logger, observer.GetType(), Balancer!.FullName, exception),
        };
        Limits = new ClusterLimits(Balancer);
        Limits.Configure(settings.Limits, []);
        _checks = new ClusterChecks(this, makeProbe, timeProvider, random, runProbe);
        _checks.Configure(settings.HealthCheck, []);
        Balancer.MeasureLatency(settings.Latency);
        metrics.Observe(name, subset, ReadEndpoints);
    }

    public LoadBalancer Balancer { get; }

    public ClusterLimits Limits { get; }
    /// <summary>How many sweeps there have been.</summary>
    public int Sweeps => _health.Sweeps;

    /// <summary>Takes new settings into force.</summary>
    public void Configure(ClusterSettings settings)
    {
        lock (_publishing)
        {
            if (settings == _settings)
            {
                return;
            }

            _settings = settings;
            _ramps.Configure(settings.Shape.SlowStart);
            _builder = MakeBuilder(settings);
            _health.Configure(settings.OutlierDetection);
            Limits.Configure(settings.Limits, _members ?? []);
            _checks.Configure(settings.HealthCheck, _members ?? []);
            Balancer.MeasureLatency(settings.Latency);
            Publish();
        }
    }

    /// <summary>Takes a source's list into force, unless it is faulty or an empty one that is not to be believed.</summary>
    public void UpdateEndpoints(string source, IReadOnlyList<EndpointDescription> list)
    {
        EndpointList? before;
        lock (_publishing)
        {
            before = _directory.ListOf(source);
        }

        // Not under the lock: the list may be somebody else's code, and a long one that is new takes a while.
        EndpointList? read = EndpointListCheck.Read(list, "endpoints", before, out IReadOnlyList<string> faults);
        lock (_publishing)
        {
            if (read is null)
            {
                _metrics.OnUpdateRejected(source);
                LogUpdateRejected(_logger, Balancer.FullName, source, string.Join(" ", faults));
                return;
            }

            if (read.Endpoints.Length == 0 && _settings.EmptyUpdate == EmptyUpdateBehavior.Keep && _directory.ListOf(source) is { Endpoints.Length: > 0 })
            {
                _metrics.OnUpdateRejected(source);
                LogEmptyUpdateKept(_logger, Balancer.FullName, source);
                return;
            }

            TakeMembers(source, _directory.Replace(source, read, out List<UpstreamEndpoint> removed), removed);
            Follower?.Invoke(_members);
        }
    }

    public void Dispose()
    {
        lock (_publishing)
        {
            _disposed = true;
        }

        _allMetrics.EndObservation(Balancer.Name, Balancer.Subset);
        _checks.Dispose();
        _ramps.Dispose();
        _writer.Dispose();
        _health.Dispose();
    }

    [MemberNotNull(nameof(_members))]
    private void TakeMembers(string source, UpstreamEndpoint[] members, List<UpstreamEndpoint> removed)
    {
        int before = _members?.Length ?? 0;
        _members = members;
        _health.SetMembers(_members, removed);
        _checks.SetMembers(_members);
        Limits.SetMembers(_members);
        Publish();

        // Every reload brings the list anew, whatever it was that changed.
        if (removed.Count > 0 || _members.Length != before)
        {
            LogEndpointsChanged(_logger, Balancer.FullName, source, before, _members.Length);
            if (Balancer.Observers is not null)
            {
                IReadOnlyList<UpstreamEndpoint> told = _members;
                Note(() => Balancer.Observers?.OnEndpointsChanged(source, told));
            }
        }
    }

    void IHealthEvents.OnEjected(EjectionEvent ejection) => Note(() =>
    {
        _refusalsTold.Clear();
        _metrics.OnEjected(ejection.Detector);
        LogEjected(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason, ejection.Length!.Value);
        Balancer.Observers?.OnEjected(ejection);
    });

    void IHealthEvents.OnEjectionRefused(EjectionEvent ejection) => Note(() =>
    {
        if (!ejection.IsEnforced)
        {
            _metrics.OnEjectionNotEnforced(ejection.Detector);
            LogEjectionNotEnforced(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason);
            Balancer.Observers?.OnEjectionRefused(ejection);
            return;
        }

        _metrics.OnEjectionRefused(ejection.Detector);
        if (_refusalsTold.Add(ejection.Endpoint))
        {
            LogEjectionRefused(_logger, ejection.Endpoint, Balancer.FullName, ejection.Reason);
        }

        Balancer.Observers?.OnEjectionRefused(ejection);
    });

    void IHealthEvents.OnReturned(UpstreamEndpoint endpoint, string cause, DateTimeOffset at) => Note(() =>
    {
        _refusalsTold.Clear();
        _metrics.OnReturned(cause);
        LogReturned(_logger, endpoint, Balancer.FullName, cause);
        Balancer.Observers?.OnReturned(endpoint, cause, at);
    });

    private EndpointSetBuilder MakeBuilder(ClusterSettings settings) =>
        new(settings.Strategy, settings.Panic, settings.Shape, _ramps, settings.OutlierDetection.ReturnPolicy == EjectionReturnPolicy.Probe, _random);

    private void Note(Action note)
    {
        _notes.Enqueue(note);
        _writer.Request();
    }

    private void WriteNotes()
    {
        lock (_publishing)
        {
            Publish();
        }

        while (_notes.TryDequeue(out Action? note))
        {
            note();
        }
    }

    private void Publish()
    {
        if (_members is null || _disposed)
        {
            return;
        }

        if (_checks.MustWait(_members))
        {
            Balancer.Withdraw(_members, _checks.Wake);
        }
        else
        {
            Balancer.Publish(_builder.Build(_members, Balancer.CurrentSet, _checks.Wake));
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

    [LoggerMessage(LogEvents.EndpointReturned, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' is back, by {Cause}.", EventName = nameof(LogEvents.EndpointReturned))]
    private static partial void LogReturned(ILogger logger, UpstreamEndpoint endpoint, string service, string cause);

    [LoggerMessage(LogEvents.EjectionNotEnforced, LogLevel.Information, "Endpoint {Endpoint} of service '{Service}' stays in although it fails ({Reason}): the detector is enforced only now and then.", EventName = nameof(LogEvents.EjectionNotEnforced))]
    private static partial void LogEjectionNotEnforced(ILogger logger, UpstreamEndpoint endpoint, string service, string reason);

    [LoggerMessage(LogEvents.EndpointsChanged, LogLevel.Information, "Service '{Service}' had {Before} endpoints and now has {After}, by source '{Source}'.", EventName = nameof(LogEvents.EndpointsChanged))]
    private static partial void LogEndpointsChanged(ILogger logger, string service, string source, int before, int after);

    [LoggerMessage(LogEvents.EmptyUpdateKept, LogLevel.Warning, "Source '{Source}' gave service '{Service}' an empty list; the endpoints known so far stay (EmptyUpdate = Keep).", EventName = nameof(LogEvents.EmptyUpdateKept))]
    private static partial void LogEmptyUpdateKept(ILogger logger, string service, string source);

    [LoggerMessage(LogEvents.ObserverFailed, LogLevel.Warning, "Observer {Observer} of service '{Service}' threw. Nobody else notices, and further exceptions of this subscription are not logged.", EventName = nameof(LogEvents.ObserverFailed))]
    private static partial void LogObserverFailed(ILogger logger, Type observer, string service, Exception exception);

    [LoggerMessage(LogEvents.UpdateRejected, LogLevel.Error, "Source '{Source}' gave service '{Service}' a faulty list; the last good one stays in force. {Faults}", EventName = nameof(LogEvents.UpdateRejected))]
    private static partial void LogUpdateRejected(ILogger logger, string service, string source, string faults);
}
