using Polly;

namespace LoadBalancing.Client;

/// <summary>
/// What the options of a service come to for its requests: immutable, compiled when options change, read once by each request. The handler only runs plans.
/// </summary>
internal sealed record RequestPlan
{
    public required LoadBalancer Balancer { get; init; }

    /// <summary>The route that this is the plan of; null for that of the service.</summary>
    public required string? Route { get; init; }

    /// <summary>The routes, asked before this plan is used; null when there are none, and in the plans of routes.</summary>
    public required RouteTable? Routes { get; init; }

    /// <summary>Where the requests of a route are shared out to; null when they all go to <see cref="Balancer"/>.</summary>
    public WeightedDestinations? Destinations { get; init; }

    /// <summary>The plans of the subsets without regard to routes, by their names; null when there are none, and in the plans of routes and subsets.</summary>
    public IReadOnlyDictionary<string, RequestPlan>? Subsets { get; init; }

    /// <summary>What is changed of requests and answers, or answered here; null when nothing is.</summary>
    public required RouteTransforms? Transforms { get; init; }

    /// <summary>The hosts that are balanced.</summary>
    public required HostMatcher Hosts { get; init; }

    public required UnmatchedHostBehavior UnmatchedHost { get; init; }

    /// <summary>The timeouts of calls, attempts and bodies.</summary>
    public required TimeoutPolicy Timeouts { get; init; }

    /// <summary>Null where it makes no difference which endpoint a request goes to.</summary>
    public required RequestAffinity? Affinity { get; init; }

    /// <summary>What a route hashes in the place of what its cluster says; null when it says nothing.</summary>
    public required HashPolicyChain? HashPolicies { get; init; }

    public required RetrySettings Retry { get; init; }

    /// <summary>What is tried again of answers below 500; null when nothing is.</summary>
    public required ResponseRetryConditions? ResponseRetryConditions { get; init; }

    /// <summary>Runs what comes after a first attempt that failed; null when nothing is ever tried again.</summary>
    public required ResiliencePipeline<HttpResponseMessage>? RetryPipeline { get; init; }

    /// <summary>The places that attempts have to take; null when there is no limit to them, nor to single endpoints.</summary>
    public required RequestPermits? Permits { get; init; }

    /// <summary>The limits that <see cref="Permits"/> and <see cref="RetryLimiter"/> are held to.</summary>
    public required PoolLimits PoolLimits { get; init; }

    /// <summary>What the cluster allows to be tried again.</summary>
    public required RetryLimiter RetryLimiter { get; init; }

    /// <summary>Where requests are counted; null when nobody asks how many there were.</summary>
    public required RetryRateBudget? RateBudget { get; init; }

    /// <summary>Null when no faults are injected into requests.</summary>
    public required FaultInjector? RequestFault { get; init; }

    /// <summary>Null when no faults are injected into attempts.</summary>
    public required FaultInjector? AttemptFault { get; init; }

    /// <summary>The statuses that are held against an endpoint; null: all from 500 on.</summary>
    public required StatusSet? ErrorStatuses { get; init; }

    /// <summary>How new handlers keep their connections.</summary>
    public required ConnectionSettings Connections { get; init; }

    /// <summary>How new handlers notice dead connections.</summary>
    public required KeepAliveSettings KeepAlive { get; init; }

    /// <summary>Null: as the way the client was registered says.</summary>
    public required bool? FollowRedirects { get; init; }

    /// <summary>The paths that are asked for again and again.</summary>
    public required FrequentPaths FrequentPaths { get; init; }

    public required RandomSource Random { get; init; }

    public CallLog Log => Timeouts.Log;

    public TimeProvider TimeProvider => Balancer.TimeProvider;

    public TimeSpan Timeout => Timeouts.Timeout;

    public TimeSpan PerTryTimeout => Timeouts.PerTryTimeout;

    /// <summary>Whether a call that goes well takes nothing but one attempt.</summary>
    public bool CanUseFastPath => RequestFault is null && AttemptFault is null && Transforms is null && Retry.BufferBodyUpTo == 0;

    /// <summary>The plan of one call: this one, or, where the route has destinations, that of the one that is drawn.</summary>
    public RequestPlan SelectDestinationPlan() => Destinations is null ? this : Destinations.SelectPlan();

    /// <summary>The same for requests that go to the cluster of another service's plan: what concerns requests is as here, what concerns the cluster as there.</summary>
    public RequestPlan PlanFor(RequestPlan cluster) => this with
    {
        Balancer = cluster.Balancer,
        Timeouts = Timeouts.For(cluster.Timeouts),
        Affinity = HashPolicies is null ? cluster.Affinity : cluster.Affinity?.WithHashPolicies(HashPolicies),
        Permits = cluster.Permits,
        PoolLimits = cluster.PoolLimits,
        RetryLimiter = cluster.RetryLimiter,

        // Where neither tries again, nobody asks how many requests there were.
        RateBudget = (RateBudget ?? cluster.RateBudget) is null ? null : cluster.RetryLimiter.RateBudget,
        ErrorStatuses = cluster.ErrorStatuses,
        FrequentPaths = cluster.FrequentPaths,
    };

    /// <summary>Whether a cookie counts, on any of its routes or in any of its subsets.</summary>
    public bool UsesCookies => Affinity is { UsesCookies: true } || Routes is { UsesCookies: true } || (Subsets?.Values.Any(static subset => subset.UsesCookies) ?? false);

    /// <summary>Whether a pick may find endpoints full, so that there is something to wait for.</summary>
    public bool HasEndpointLimits => PoolLimits.HasEndpointLimits;

    /// <summary>Whether any time limit is to be kept.</summary>
    public bool HasTimeout => PerTryTimeout != System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The time at which something begins; 0 when nobody needs to know, which saves reading a clock.</summary>
    public long GetTimestampIfNeeded() => HasTimeout || RateBudget is not null || Balancer.NeedsAttemptTimes || Balancer.Metrics.IsAttemptDurationEnabled ? TimeProvider.GetTimestamp() : 0;
}
