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
    private readonly Lock _reloadLock = new();
    private readonly IOptionsFactory<LoadBalancingOptions> _factory;
    private readonly ClusterGroup _clusters;
    private readonly RequestPlanCompiler _compiler;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly List<InjectedFault> _liveFaults = [];
    private readonly ILogger _logger;
    private LoadBalancingOptions _options;
    private string? _lastRejection;

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
        _options = options;
        _logger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<ServiceRuntime>());
        GuardedLogger clusterLogger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancer>());
        GuardedLogger callLogger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancingHandler>());
        IEndpointSource[] all = [.. sources];
        string sourcesDescription = all.Length == 0 ? "its options" : $"source {string.Join(" and ", all.Select(static source => $"'{source.Name}'"))}";
        _clusters = new ClusterGroup(options, strategies, CreateCluster);
        _compiler = new RequestPlanCompiler(name, findService, callers, random, timeProvider);
        State = new ServiceState(name, _compiler.Compile(_clusters.ConfiguredMain, _clusters.ConfiguredSubsets, _liveFaults));
        if (options.Endpoints.Count > 0)
        {
            _clusters.Main.UpdateEndpoints(ClusterRuntime.OptionsSource, [.. options.Endpoints]);
        }

        foreach (IEndpointSource source in all)
        {
            var watch = new EndpointSourceWatcher(name, source, _clusters.Main.UpdateEndpoints, timeProvider, random, clusterLogger);
            _subscriptions.Add(watch);
            watch.Start();
        }

        ClusterRequestState CreateCluster(string? subset, ClusterSettings settings)
        {
            var cluster = new ClusterName(name, subset);
            var log = new CallLog(cluster.FullName, callLogger);
            var runtime = new ClusterRuntime(
                cluster,
                sourcesDescription,
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

    /// <summary>Reloads the options on each change.</summary>
    /// <param name="changes">Returns a token for the next change.</param>
    /// <param name="reloaded">Called after each reload.</param>
    public void Watch(Func<IChangeToken> changes, Action reloaded)
    {
        _subscriptions.Add(ChangeToken.OnChange(changes, () =>
        {
            Reload();
            reloaded();
        }));
    }

    /// <summary>Reloads the options. Never throws: an exception would surface in the code that changes configuration.</summary>
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
        LogReloaded(_logger, State.Name);
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
        _clusters.Main.Balancer.Metrics.OnUpdateRejected(ClusterRuntime.OptionsSource);
        if (reason != _lastRejection)
        {
            _lastRejection = reason;
            LogReloadRejected(_logger, State.Name, reason);
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
