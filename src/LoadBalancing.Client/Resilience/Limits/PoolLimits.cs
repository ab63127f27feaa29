namespace LoadBalancing.Client;

/// <summary>
/// The concurrency limits of a service, from <see cref="ConnectionPoolOptions"/> and <see cref="RetryBudgetOptions"/>, with all defaults applied.
/// </summary>
/// <param name="MaxRequests">Null: no limit.</param>
/// <param name="MaxRequestsPerEndpoint">Null: no limit.</param>
/// <param name="AdaptiveLimit">Null: none.</param>
/// <param name="MaxConnections">The limit per endpoint of attempts that each need a connection, as over HTTP/1.1. Null: no limit.</param>
/// <param name="MaxPendingRequests"><see cref="int.MaxValue"/>: no limit.</param>
/// <param name="PendingTimeout">Infinite: limited by the timeout of the call only.</param>
/// <param name="MaxConcurrentRetries"><see cref="int.MaxValue"/>: no limit.</param>
/// <param name="RetryBudget">Null: none.</param>
internal sealed record PoolLimits(
    int? MaxRequests,
    int? MaxRequestsPerEndpoint,
    AdaptiveLimitSettings? AdaptiveLimit,
    int? MaxConnections,
    int MaxPendingRequests,
    TimeSpan PendingTimeout,
    int MaxConcurrentRetries,
    RetryBudgetSettings? RetryBudget)
{
    /// <summary>Whether single endpoints are limited.</summary>
    public bool HasEndpointLimits => MaxRequestsPerEndpoint is not null || AdaptiveLimit is not null || MaxConnections is not null;

    public static PoolLimits From(ConnectionPoolOptions pool, RetryBudgetOptions budget) => new(
        pool.MaxRequests,
        pool.MaxRequestsPerEndpoint,
        AdaptiveLimitSettings.From(pool.AdaptiveLimit),
        pool.MaxConnections,
        pool.MaxPendingRequests ?? int.MaxValue,
        pool.PendingTimeout ?? Timeout.InfiniteTimeSpan,
        pool.MaxConcurrentRetries ?? int.MaxValue,
        budget.Enabled ? new RetryBudgetSettings(budget.Percent / 100, budget.MinRetriesPerSecond, budget.MinConcurrentRetries) : null);
}
