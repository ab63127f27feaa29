using Polly;

namespace LoadBalancing.Client;

/// <summary>
/// The options of a service, compiled for its requests. Immutable; compiled when options change, read once per request. The handler only runs plans.
/// </summary>
internal sealed record RequestPlan
{
    public required LoadBalancer Balancer { get; init; }

    /// <summary>The name of the plan's route; null in the plan of the service.</summary>
    public required string? Route { get; init; }

    /// <summary>The routes, evaluated before this plan is used; null when there are none, and in the plans of routes.</summary>
    public required RouteTable? Routes { get; init; }

    /// <summary>The weighted destinations of a route; null when all requests go to <see cref="Balancer"/>.</summary>
    public WeightedDestinations? Destinations { get; init; }

    /// <summary>The plans of the subsets, independent of routes, by name; null when there are none, and in the plans of routes and subsets.</summary>
    public IReadOnlyDictionary<string, RequestPlan>? Subsets { get; init; }

    /// <summary>The transforms of requests and responses, or the direct response; null for none.</summary>
    public required RouteTransforms? Transforms { get; init; }

    /// <summary>The hosts that are balanced.</summary>
    public required HostMatcher Hosts { get; init; }

    public required UnmatchedHostBehavior UnmatchedHost { get; init; }

    /// <summary>The timeouts of calls, attempts and bodies.</summary>
    public required TimeoutPolicy Timeouts { get; init; }

    /// <summary>Null when requests have no affinity to endpoints.</summary>
    public required RequestAffinity? Affinity { get; init; }

    /// <summary>The hash policies of a route, which replace those of its cluster; null when the route sets none.</summary>
    public required HashPolicyChain? HashPolicies { get; init; }

    public required RetrySettings Retry { get; init; }

    /// <summary>The conditions to retry responses with a status below 500; null when none is retried.</summary>
    public required ResponseRetryConditions? ResponseRetryConditions { get; init; }

    /// <summary>Runs the retries after a failed first attempt; null when retries are off.</summary>
    public required ResiliencePipeline<HttpResponseMessage>? RetryPipeline { get; init; }

    /// <summary>The permits that attempts need; null when neither the cluster nor its endpoints have a concurrency limit.</summary>
    public required RequestPermits? Permits { get; init; }

    /// <summary>The limits that <see cref="Permits"/> and <see cref="RetryLimiter"/> enforce.</summary>
    public required PoolLimits PoolLimits { get; init; }

    /// <summary>The limits of the cluster's retries.</summary>
    public required RetryLimiter RetryLimiter { get; init; }

    /// <summary>Counts requests; null when the request count is not used.</summary>
    public required RetryRateBudget? RateBudget { get; init; }

    /// <summary>Null when no faults are injected into requests.</summary>
    public required FaultInjector? RequestFault { get; init; }

    /// <summary>Null when no faults are injected into attempts.</summary>
    public required FaultInjector? AttemptFault { get; init; }

    /// <summary>The statuses that count as failures of the endpoint; null for all from 500 on.</summary>
    public required StatusSet? ErrorStatuses { get; init; }

    /// <summary>Whether the cluster's health checks are HTTP requests.</summary>
    public required bool HasHttpProbes { get; init; }

    /// <summary>The connection settings of new handlers.</summary>
    public required ConnectionSettings Connections { get; init; }

    /// <summary>The keep-alive settings of new handlers.</summary>
    public required KeepAliveSettings KeepAlive { get; init; }

    /// <summary>Whether redirects are followed; null for the default of the client's registration.</summary>
    public required bool? FollowRedirects { get; init; }

    /// <summary>The cache of frequently requested paths.</summary>
    public required FrequentPaths FrequentPaths { get; init; }

    public required RandomSource Random { get; init; }

    public CallLog Log => Timeouts.Log;

    public TimeProvider TimeProvider => Balancer.TimeProvider;

    public TimeSpan Timeout => Timeouts.Timeout;

    public TimeSpan PerTryTimeout => Timeouts.PerTryTimeout;

    /// <summary>Whether a successful call needs only one attempt and nothing around it.</summary>
    public bool CanUseFastPath => RequestFault is null && AttemptFault is null && Transforms is null && Retry.BufferBodyUpTo == 0;

    /// <summary>Selects the plan of one call: this plan, or the plan of a randomly drawn destination when the route has destinations.</summary>
    public RequestPlan SelectDestinationPlan() => Destinations is null ? this : Destinations.SelectPlan();

    /// <summary>
    /// The same plan for requests to another service's cluster: the request settings are from this plan, the cluster settings from the other.
    /// </summary>
    public RequestPlan PlanFor(RequestPlan cluster) => this with
    {
        Balancer = cluster.Balancer,
        Timeouts = Timeouts.For(cluster.Timeouts),
        Affinity = HashPolicies is null ? cluster.Affinity : cluster.Affinity?.WithHashPolicies(HashPolicies),
        Permits = cluster.Permits,
        PoolLimits = cluster.PoolLimits,
        RetryLimiter = cluster.RetryLimiter,

        // The request count is used only when either plan retries.
        RateBudget = (RateBudget ?? cluster.RateBudget) is null ? null : cluster.RetryLimiter.RateBudget,
        ErrorStatuses = cluster.ErrorStatuses,
        FrequentPaths = cluster.FrequentPaths,
    };

    /// <summary>Whether the health checks of the service, or of one of its subsets, connect as the primary handler does.</summary>
    public bool UsesPrimaryHandlerForProbes => HasHttpProbes || (Subsets?.Values.Any(static subset => subset.HasHttpProbes) ?? false);

    /// <summary>Whether cookies affect the pick, on any route or in any subset.</summary>
    public bool UsesCookies =>
        Affinity is { UsesCookies: true } || Routes is { UsesCookies: true } || (Subsets?.Values.Any(static subset => subset.UsesCookies) ?? false);

    /// <summary>Whether endpoints have concurrency limits, so that a pick may have to wait for a permit.</summary>
    public bool HasEndpointLimits => PoolLimits.HasEndpointLimits;

    /// <summary>Whether attempts have a timeout.</summary>
    public bool HasTimeout => PerTryTimeout != System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The current timestamp; 0 when no feature needs it, which saves reading the clock.</summary>
    public long GetTimestampIfNeeded() =>
        HasTimeout || RateBudget is not null || Balancer.NeedsAttemptTimes || Balancer.Metrics.IsAttemptDurationEnabled ? TimeProvider.GetTimestamp() : 0;
}
