using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Turns the options of a service into the plan that its requests run.</summary>
internal sealed class RequestPlanCompiler : IDisposable
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly LoadBalancer _balancer;
    private readonly RandomSource _random;
    private readonly TimeLimitPool _timeLimits;
    private readonly KnownPaths _paths = new();
    private readonly ClusterLimits _limits;
    private readonly CallLog _log;

    public RequestPlanCompiler(LoadBalancer balancer, ClusterLimits limits, RandomSource random, ILoggerFactory loggerFactory)
    {
        _balancer = balancer;
        _limits = limits;
        _random = random;
        _timeLimits = new TimeLimitPool(balancer.TimeProvider);
        _log = new CallLog(balancer.Name, loggerFactory.CreateLogger<LoadBalancingHandler>());
        balancer.LeaseReclaimed = _log.LeaseReclaimed;
    }

    public CallLog Log => _log;

    public RequestPlan Compile(LoadBalancingOptions options)
    {
        // Requests that are never tried again are part of what others may try again.
        bool countsRequests = options.Routes.Prepend(null).Any(route => RetrySettings.From(RetryOf(options, route)).Attempts > 0);
        RouteTable? routes = options.Routes.Count == 0
            ? null
            : new RouteTable(options.Routes.Select(route => (new RequestRoute(route), Compile(options, route, routes: null, countsRequests))));
        return Compile(options, route: null, routes, countsRequests);
    }

    private static RetryOptions RetryOf(LoadBalancingOptions options, RequestRouteOptions? route) => route?.Retry?.Over(options.Retry) ?? options.Retry;

    private RequestPlan Compile(LoadBalancingOptions options, RequestRouteOptions? route, RouteTable? routes, bool countsRequests)
    {
        TimeSpan timeout = route?.Timeout ?? options.Timeout ?? DefaultTimeout;
        RetryOptions retryOptions = RetryOf(options, route);
        RetrySettings retry = RetrySettings.From(retryOptions);
        FaultInjector? fault = FaultSettings.From(route?.Fault ?? options.Fault) is { } settings
            ? new FaultInjector(settings, _balancer.TimeProvider, _random, _balancer.Metrics)
            : null;
        return new RequestPlan
        {
            Balancer = _balancer,
            Route = route?.Name,
            Routes = routes,
            Hosts = new HostMatcher(options.Hosts),
            UnmatchedHost = options.UnmatchedHost,
            Timeout = timeout,
            PerTryTimeout = RequestPlan.Shorter(timeout, retry.PerTryTimeout),
            Retry = retry,
            Answers = AnswerConditions.From(retry, retryOptions),
            RetryPipeline = RetryRunner.BuildPipeline(_balancer.Name, retry, _balancer.TimeProvider),
            Slots = options.ConnectionPool.MaxRequests is null ? null : _limits.Slots,
            Pool = PoolLimits.From(options.ConnectionPool, options.Budget),
            Retries = _limits.Retries,
            Budget = countsRequests ? _limits.Retries.Rate : null,
            RequestFault = fault?.Scope == FaultScope.Request ? fault : null,
            AttemptFault = fault?.Scope == FaultScope.Attempt ? fault : null,
            FollowRedirects = options.FollowRedirects,
            TimeLimits = _timeLimits,
            Paths = _paths,
            Random = _random,
            Log = _log,
        };
    }

    public void Dispose() => _timeLimits.Dispose();
}
