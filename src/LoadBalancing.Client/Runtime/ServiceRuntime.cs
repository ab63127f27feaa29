using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// One running service: its clusters, endpoint sources and current plan. Options are reloaded: valid ones are applied; invalid ones are logged once,
/// and the last valid options stay in effect.
/// </summary>
/// <remarks>
/// Does not use <see cref="IOptionsMonitor{TOptions}"/>, which throws into the configuration system when a change is invalid, and on every access
/// until it is corrected.
/// </remarks>
internal sealed partial class ServiceRuntime : IDisposable
{
    private static readonly TimeSpan WatchRetryDelay = TimeSpan.FromSeconds(30);

    private readonly Lock _reloadLock = new();
    private readonly IOptionsFactory<LoadBalancingOptions> _factory;
    private readonly ClusterGroup _clusters;
    private readonly RequestPlanCompiler _compiler;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly EndpointSourceWatcher[] _watchers = [];
    private readonly BackgroundGuard _guard;
    private readonly TimeProvider _timeProvider;
    private readonly List<InjectedFault> _liveFaults = [];
    private readonly ILogger _logger;
    private LoadBalancingOptions _options;
    private string? _lastRejection;
    private int _hasStarted;

    public ServiceRuntime(
        string name,
        LoadBalancingOptions options,
        IEnumerable<IEndpointSource> sources,
        IOptionsFactory<LoadBalancingOptions> factory,
        Func<string, ServiceState> findService,
        StrategyRegistry strategies,
        HealthProbeFactory probes,
        ICallerContext? callers,
        TimeProvider timeProvider,
        RandomSource random,
        LoadBalancingMetrics metrics,
        ILoggerFactory loggerFactory)
    {
        _factory = factory;
        _timeProvider = timeProvider;
        _options = options;
        _logger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<ServiceRuntime>());
        GuardedLogger clusterLogger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancer>());
        GuardedLogger callLogger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancingHandler>());
        _guard = new BackgroundGuard(name, metrics.ForCluster(name), clusterLogger);
        IEndpointSource[] all = [.. sources];
        var states = new EndpointSourceStates(all.Select(EndpointSourceWatcher.NameOf));
        _clusters = new ClusterGroup(options, strategies, CreateCluster);
        _compiler = new RequestPlanCompiler(name, findService, callers, random, timeProvider, _guard);
        try
        {
            State = new ServiceState(name, _compiler.Compile(_clusters.ConfiguredMain, _clusters.ConfiguredSubsets, _liveFaults));
            if (options.Endpoints.Count > 0)
            {
                _clusters.Main.UpdateEndpoints(ClusterRuntime.OptionsSource, [.. options.Endpoints]);
                _clusters.ThrowIfBuildFailed();
            }

            _watchers = Array.ConvertAll(
                all,
                source => new EndpointSourceWatcher(name, source, states, _clusters.Main.UpdateEndpoints, timeProvider, random, _guard, clusterLogger));
        }
        catch
        {
            // Health checks have begun, and the caller has no object to dispose.
            Dispose();
            throw;
        }

        ClusterRequestState CreateCluster(string? subset, ClusterSettings settings)
        {
            var cluster = new ClusterName(name, subset);
            var log = new CallLog(cluster.FullName, callLogger);
            var runtime = new ClusterRuntime(
                cluster,
                states,
                settings,
                timeProvider,
                random,
                metrics,
                clusterLogger,
                healthCheck => probes.Create(healthCheck, name),
                log.LeaseReclaimed);
            return new ClusterRequestState(runtime, log);
        }
    }

    public ServiceState State { get; }

    public LoadBalancer Balancer => _clusters.Main.Balancer;

    /// <summary>
    /// Starts the endpoint sources, once. Not part of the construction, which other calls wait for: a source may use the service itself.
    /// </summary>
    public void StartSources()
    {
        if (Volatile.Read(ref _hasStarted) == 0 && Interlocked.Exchange(ref _hasStarted, 1) == 0)
        {
            Array.ForEach(_watchers, static watcher => watcher.Start());
        }
    }

    /// <summary>Returns the balancer of a subset.</summary>
    /// <exception cref="ArgumentException">There is no such subset; the message lists those that exist.</exception>
    public LoadBalancer GetSubset(string subset, string parameter)
    {
        if (_clusters.FindSubset(subset) is { } found)
        {
            return found;
        }

        string[] names = [.. _clusters.ConfiguredSubsets.Select(static known => known.Key)];
        throw new ArgumentException(
            $"Service '{State.Name}' has no subset '{subset}': {(names.Length == 0 ? "it has no subsets." : $"it has {string.Join(", ", names)}.")}",
            parameter);
    }

    /// <summary>Reloads the options on each change. A watch whose token cannot be obtained is resumed later.</summary>
    /// <param name="changes">Returns a token for the next change.</param>
    /// <param name="reloaded">Called after each reload.</param>
    public void Watch(Func<IChangeToken> changes, Action reloaded)
    {
        IChangeToken? first = changes();
        _subscriptions.Add(ChangeToken.OnChange(GetNext, () => _guard.Run(BackgroundWork.Reload, () =>
        {
            Reload();
            reloaded();
        })));

        IChangeToken GetNext()
        {
            IChangeToken? next = Interlocked.Exchange(ref first, null);
            return next is not null || _guard.Run(BackgroundWork.Reload, () => next = changes()) is null
                ? next!
                : new CancellationChangeToken(new CancellationTokenSource(WatchRetryDelay, _timeProvider).Token);
        }
    }

    /// <summary>
    /// Reloads the options. Invalid ones do not throw: an exception would surface in the code that changes configuration, or end the process where a timer
    /// signals the change.
    /// </summary>
    public void Reload()
    {
        lock (_reloadLock)
        {
            try
            {
                LoadBalancingOptions options = _factory.Create(State.Name);
                string[] missing = [.. _options.ConfigurationSections.Except(options.ConfigurationSections, StringComparer.OrdinalIgnoreCase)];
                if (missing.Length == 0)
                {
                    Apply(options);
                }
                else
                {
                    Reject(
                        $"{string.Join(", ", missing)}: the section is missing. A file that is temporarily unreadable has the same effect; " +
                            "to change options, keep the section in place.");
                }
            }
            catch (OptionsValidationException exception)
            {
                Reject(string.Join(" ", exception.Failures));
            }
#pragma warning disable CA1031 // Options are configured by foreign code; whatever it throws, the last valid options stay in effect.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Reject(exception.Message);
            }
        }
    }

    /// <summary>Returns the policy that currently applies to a request.</summary>
    public RequestPolicy Explain(HttpRequestMessage request)
    {
        lock (_reloadLock)
        {
            RequestPlan plan = State.Plan.Routes?.Find(request) ?? State.Plan;
            RequestRouteOptions? route = _options.Routes.FirstOrDefault(route => route.Name == plan.Route);
            return new RequestPolicy(State.Name, plan.Route, PolicyExplainer.Explain(_options, route, plan));
        }
    }

    /// <summary>Adds a fault to those of the options until it is disposed.</summary>
    public InjectedFault Inject(FaultSettings settings, Func<HttpRequestMessage, bool>? appliesTo)
    {
        var fault = new InjectedFault(settings, appliesTo, RemoveFault);
        lock (_reloadLock)
        {
            _liveFaults.Add(fault);
            Compile();
        }

        return fault;
    }

    public void Dispose()
    {
        _subscriptions.ForEach(static subscription => subscription.Dispose());
        Array.ForEach(_watchers, static watcher => watcher.Dispose());
        _clusters.Dispose();
        _compiler.Dispose();
    }

    private void Apply(LoadBalancingOptions options)
    {
        bool listsEndpoints = options.Endpoints.Count > 0 || _options.Endpoints.Count > 0;
        _clusters.Configure(options, updateEndpoints: () =>
        {
            if (listsEndpoints)
            {
                _clusters.Main.UpdateEndpoints(ClusterRuntime.OptionsSource, [.. options.Endpoints]);
            }
        });

        _options = options;
        Compile();
        _lastRejection = null;
        _guard.Run(BackgroundWork.Report, () => LogReloaded(_logger, State.Name));
    }

    private void RemoveFault(InjectedFault fault)
    {
        lock (_reloadLock)
        {
            if (_liveFaults.Remove(fault))
            {
                Compile();
            }
        }
    }

    private void Compile() => State.Plan = _compiler.Compile(_clusters.ConfiguredMain, _clusters.ConfiguredSubsets, _liveFaults);

    private void Reject(string reason)
    {
        _guard.Run(BackgroundWork.Report, () => _clusters.Main.Balancer.Metrics.OnUpdateRejected(ClusterRuntime.OptionsSource));
        if (reason != _lastRejection)
        {
            _lastRejection = reason;
            _guard.Run(BackgroundWork.Report, () => LogReloadRejected(_logger, State.Name, reason));
        }
    }

    [LoggerMessage(LogEvents.OptionsReloaded, LogLevel.Debug, "Options of service '{Service}' reloaded.", EventName = nameof(LogEvents.OptionsReloaded))]
    private static partial void LogReloaded(ILogger logger, string service);

    [LoggerMessage(
        LogEvents.ReloadRejected,
        LogLevel.Error,
        "A change of the options of service '{Service}' was rejected; the last valid options stay in force. {Reason}",
        EventName = nameof(LogEvents.ReloadRejected))]
    private static partial void LogReloadRejected(ILogger logger, string service, string reason);
}
