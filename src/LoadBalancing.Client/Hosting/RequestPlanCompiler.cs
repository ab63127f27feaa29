using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Turns the options of a service into the plan that its requests run.</summary>
internal sealed class RequestPlanCompiler : IDisposable
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly LoadBalancer _balancer;
    private readonly ICallerContext? _callers;
    private readonly RandomSource _random;
    private readonly TimeLimitPool _timeLimits;
    private readonly KnownPaths _paths = new();
    private readonly ClusterLimits _limits;
    private readonly CallLog _log;

    public RequestPlanCompiler(LoadBalancer balancer, ClusterLimits limits, ICallerContext? callers, RandomSource random, ILoggerFactory loggerFactory)
    {
        _balancer = balancer;
        _limits = limits;
        _callers = callers;
        _random = random;
        _timeLimits = new TimeLimitPool(balancer.TimeProvider);
        _log = new CallLog(balancer.Name, loggerFactory.CreateLogger<LoadBalancingHandler>());
        balancer.LeaseReclaimed = _log.LeaseReclaimed;
    }

    public CallLog Log => _log;

    /// <param name="options">The options of the service.</param>
    /// <param name="strategy">The strategy that they name.</param>
    /// <param name="liveFaults">Faults that were added to those of the options, the innermost first.</param>
    public RequestPlan Compile(LoadBalancingOptions options, ILoadBalancingStrategy strategy, IEnumerable<LiveFault> liveFaults)
    {
        // Requests that are never tried again are part of what others may try again.
        bool countsRequests = options.Routes.Prepend(null).Any(route => RetrySettings.From(RetryOf(options, route)).Attempts > 0);
        RequestAffinity? affinity = CompileAffinity(options, strategy);
        RouteTable? routes = options.Routes.Count == 0 ? null : new RouteTable(options.Routes.Select(CompileRoute));
        return Compile(options, route: null, affinity, routes, edits: null, countsRequests, liveFaults);

        (RequestRoute Route, RequestPlan Plan) CompileRoute(RequestRouteOptions route)
        {
            var matched = new RequestRoute(route);
            RequestAffinity? own = route.HashPolicies is { } policies && strategy.UsesHash ? affinity!.Under(new HashPolicyChain(policies)) : affinity;
            return (matched, Compile(options, route, own, routes: null, MessageEdits.From(route, matched), countsRequests, liveFaults));
        }
    }

    private static RetryOptions RetryOf(LoadBalancingOptions options, RequestRouteOptions? route) => route?.Retry?.Over(options.Retry) ?? options.Retry;

    private RequestPlan Compile(
        LoadBalancingOptions options,
        RequestRouteOptions? route,
        RequestAffinity? affinity,
        RouteTable? routes,
        MessageEdits? edits,
        bool countsRequests,
        IEnumerable<LiveFault> liveFaults)
    {
        TimeSpan timeout = route?.Timeout ?? options.Timeout ?? DefaultTimeout;
        RetryOptions retryOptions = RetryOf(options, route);
        RetrySettings retry = RetrySettings.From(retryOptions);
        (FaultInjector? requestFault, FaultInjector? attemptFault) = CompileFaults(FaultSettings.From(route?.Fault ?? options.Fault), liveFaults);
        return new RequestPlan
        {
            Balancer = _balancer,
            Route = route?.Name,
            Routes = routes,
            Edits = edits,
            Hosts = new HostMatcher(options.Hosts),
            UnmatchedHost = options.UnmatchedHost,
            Timeout = timeout,
            PerTryTimeout = RequestPlan.Shorter(timeout, retry.PerTryTimeout),
            Affinity = affinity,
            Retry = retry,
            Answers = AnswerConditions.From(retry, retryOptions),
            RetryPipeline = RetryRunner.BuildPipeline(_balancer.Name, retry, _balancer.TimeProvider),
            Slots = options.ConnectionPool.MaxRequests is null ? null : _limits.Slots,
            Pool = PoolLimits.From(options.ConnectionPool, options.Budget),
            Retries = _limits.Retries,
            Budget = countsRequests ? _limits.Retries.Rate : null,
            RequestFault = requestFault,
            AttemptFault = attemptFault,
            ErrorStatuses = options.OutlierDetection.ErrorStatuses is { Count: > 0 } statuses ? StatusSet.Of(statuses) : null,
            KeepAlive = KeepAliveSettings.From(options.ConnectionPool.KeepAlive),
            FollowRedirects = options.FollowRedirects,
            TimeLimits = _timeLimits,
            Paths = _paths,
            Random = _random,
            Log = _log,
        };
    }

    public void Dispose() => _timeLimits.Dispose();

    private RequestAffinity? CompileAffinity(LoadBalancingOptions options, ILoadBalancingStrategy strategy)
    {
        HashPolicyChain? policies = strategy.UsesHash ? new HashPolicyChain(options.HashPolicies) : null;
        StickyCallers? stateful = options.StatefulAffinity is null ? null : new StickyCallers(options.StatefulAffinity, _balancer);
        return policies is null && stateful is null ? null : new RequestAffinity(policies, stateful, _callers, _random);
    }

    private (FaultInjector? Request, FaultInjector? Attempt) CompileFaults(FaultSettings? configured, IEnumerable<LiveFault> liveFaults)
    {
        FaultInjector? request = null;
        FaultInjector? attempt = null;
        if (configured is not null)
        {
            Add(configured, live: null);
        }

        foreach (LiveFault live in liveFaults)
        {
            Add(live.Settings, live);
        }

        return (request, attempt);

        void Add(FaultSettings settings, LiveFault? live)
        {
            ref FaultInjector? around = ref settings.Scope == FaultScope.Request ? ref request : ref attempt;
            around = new FaultInjector(settings, live, around, _balancer.TimeProvider, _random, _balancer.Metrics);
        }
    }
}
