using System.Collections.Frozen;

namespace LoadBalancing.Client;

/// <summary>Compiles the options of a service into the plan of its requests.</summary>
internal sealed class RequestPlanCompiler : IDisposable
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly string _service;
    private readonly Func<string, ServiceState> _findService;
    private readonly ICallerContext? _callers;
    private readonly RandomSource _random;
    private readonly TimeoutPool _timeoutPool;

    /// <param name="service">The name of the service.</param>
    /// <param name="findService">Finds other services, the destinations of routes, by name.</param>
    /// <param name="callers">The context of the current caller; null: not available.</param>
    /// <param name="random">The randomness.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the callbacks on the tokens of attempts.</param>
    public RequestPlanCompiler(
        string service,
        Func<string, ServiceState> findService,
        ICallerContext? callers,
        RandomSource random,
        TimeProvider timeProvider,
        BackgroundGuard guard)
    {
        _service = service;
        _findService = findService;
        _callers = callers;
        _random = random;
        _timeoutPool = new TimeoutPool(timeProvider, guard);
    }

    /// <param name="service">The service with its options.</param>
    /// <param name="subsets">Its subsets with their options.</param>
    /// <param name="liveFaults">Faults injected in addition to those of the options, innermost first.</param>
    public RequestPlan Compile(ConfiguredCluster service, IEnumerable<KeyValuePair<string, ConfiguredCluster>> subsets, IReadOnlyList<InjectedFault> liveFaults)
    {
        LoadBalancingOptions options = service.Options;
        var bySubset = new Dictionary<string, ConfiguredCluster>(subsets, StringComparer.OrdinalIgnoreCase);

        // Requests that are never retried count for the retry budget of the others.
        var common = new CommonParts(options.Routes.Prepend(null).Any(route => RetrySettings.From(GetRetryOptions(options, route)).MaxRetries > 0), liveFaults);
        return Compile(service, route: null, edits: null, common) with
        {
            Routes = options.Routes.Count == 0 ? null : new RouteTable(options.Routes.Select(route => CompileRoute(service, bySubset, route, common))),
            Subsets = bySubset.Count == 0 ? null : bySubset.ToFrozenDictionary(
                subset => subset.Key,
                subset => Compile(subset.Value, route: null, edits: null, common),
                StringComparer.OrdinalIgnoreCase),
        };
    }

    private static RetryOptions GetRetryOptions(LoadBalancingOptions options, RequestRouteOptions? route) =>
        route?.Retry?.WithFallback(options.Retry) ?? options.Retry;

    private (RequestRoute Route, RequestPlan Plan) CompileRoute(
        ConfiguredCluster service,
        Dictionary<string, ConfiguredCluster> subsets,
        RequestRouteOptions options,
        CommonParts common)
    {
        var route = new RequestRoute(options);
        RequestPlan plan = Compile(service, options, RouteTransforms.From(options, route), common);
        return (route, options.Destinations is not { Count: > 0 } destinations
            ? plan
            : plan with
            {
                Destinations = new WeightedDestinations(
                [.. destinations.Select(destination => (CompileDestination(destination), destination.Weight))],
                _random)
            });

        RouteDestination CompileDestination(RouteDestinationOptions destination)
        {
            RouteTransforms? edits = RouteTransforms.From(options, route, destination);
            return destination.Service is { } other && other != _service
                ? new RouteDestination(plan with { Transforms = edits }, _findService, other, destination.Subset)
                : new RouteDestination(Compile(destination.Subset is null ? service : subsets[destination.Subset], options, edits, common));
        }
    }

    private RequestPlan Compile(ConfiguredCluster cluster, RequestRouteOptions? route, RouteTransforms? edits, CommonParts common)
    {
        (ClusterRequestState target, LoadBalancingOptions options, _) = cluster;
        TimeSpan timeout = route?.Timeout ?? options.Timeout ?? DefaultTimeout;
        RetryOptions retryOptions = GetRetryOptions(options, route);
        RetrySettings retry = RetrySettings.From(retryOptions);
        PoolLimits pool = PoolLimits.From(options.ConnectionPool, options.RetryBudget);
        (FaultInjector? requestFault, FaultInjector? attemptFault) = CompileFaults(
            FaultSettings.From(route?.Fault ?? options.Fault),
            common.LiveFaults,
            target.Balancer.Metrics,
            target.Balancer.TimeProvider);
        HashPolicyChain? own = route?.HashPolicies is { } policies ? new HashPolicyChain(policies) : null;
        return new RequestPlan
        {
            Balancer = target.Balancer,
            Route = route?.Name,
            Routes = null,
            Transforms = edits,
            Hosts = new HostMatcher(options.Hosts),
            UnmatchedHost = options.UnmatchedHost,
            Timeouts = new TimeoutPolicy
            {
                Cluster = target.Balancer.FullName,
                Timeout = timeout,
                PerTryTimeout = TimeoutPolicy.Shorter(timeout, retry.PerTryTimeout),
                Body = TimeoutPolicy.BodyTimeouts.From(route?.BodyIdleTimeout
                    ?? options.BodyIdleTimeout, route?.TimeoutCoversBody ?? options.TimeoutCoversBody, timeout),
                Pool = _timeoutPool,
                TimeProvider = target.Balancer.TimeProvider,
                Metrics = target.Balancer.Metrics,
                Log = target.Log,
            },
            HashPolicies = own,
            Affinity = CompileAffinity(cluster, own),
            Retry = retry,
            ResponseRetryConditions = ResponseRetryConditions.From(retry, retryOptions),
            RetryPipeline = RetryRunner.BuildPipeline(target.Balancer.FullName, retry, target.Balancer.TimeProvider),
            Permits = options.ConnectionPool.MaxRequests is null && !pool.HasEndpointLimits ? null : target.Limits.Permits,
            PoolLimits = pool,
            RetryLimiter = target.Limits.RetryLimiter,
            RateBudget = common.CountsRequests ? target.Limits.RetryLimiter.RateBudget : null,
            RequestFault = requestFault,
            AttemptFault = attemptFault,
            ErrorStatuses = options.OutlierDetection.ErrorStatuses is { Count: > 0 } statuses ? new StatusSet(statuses) : null,
            HasHttpProbes = HealthCheckSettings.From(options.HealthCheck) is { UsesHttp: true },
            Connections = ConnectionSettings.From(options.ConnectionPool),
            KeepAlive = KeepAliveSettings.From(options.ConnectionPool.KeepAlive),
            FollowRedirects = options.FollowRedirects,
            FrequentPaths = target.Paths,
            Random = _random,
        };
    }

    public void Dispose() => _timeoutPool.Dispose();

    private RequestAffinity? CompileAffinity(ConfiguredCluster cluster, HashPolicyChain? own)
    {
        (ClusterRequestState target, LoadBalancingOptions options, ILoadBalancingStrategy strategy) = cluster;
        HashPolicyChain? policies = strategy.UsesHash ? own ?? new HashPolicyChain(options.HashPolicies) : null;
        SessionAffinityCookie? stateful = options.SessionAffinity is null ? null : new SessionAffinityCookie(options.SessionAffinity, target.Balancer);
        return policies is null && stateful is null ? null : new RequestAffinity(policies, stateful, _callers, _random);
    }

    private (FaultInjector? Request, FaultInjector? Attempt) CompileFaults(
        FaultSettings? configured,
        IReadOnlyList<InjectedFault> liveFaults,
        ClusterMetrics metrics,
        TimeProvider timeProvider)
    {
        FaultInjector? request = null;
        FaultInjector? attempt = null;
        if (configured is not null)
        {
            Add(configured, live: null);
        }

        foreach (InjectedFault live in liveFaults)
        {
            Add(live.Settings, live);
        }

        return (request, attempt);

        void Add(FaultSettings settings, InjectedFault? live)
        {
            ref FaultInjector? around = ref settings.Scope == FaultScope.Request ? ref request : ref attempt;
            around = new FaultInjector(settings, live, around, timeProvider, _random, metrics);
        }
    }

    /// <summary>Inputs that all plans of a service share.</summary>
    /// <param name="CountsRequests">Whether any plan retries, so that requests are counted.</param>
    /// <param name="LiveFaults">Faults injected in addition to those of the options.</param>
    private sealed record CommonParts(bool CountsRequests, IReadOnlyList<InjectedFault> LiveFaults);
}
