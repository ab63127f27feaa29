namespace LoadBalancing.Client;

/// <summary>
/// Limits the retries of a cluster: the number of calls that retry concurrently, by <c>MaxConcurrentRetries</c> and by the concurrent part of the
/// budget, and the rate of retries. The smallest limit applies.
/// </summary>
/// <remarks>
/// A call acquires before the delay of its first retry and releases when it ends. The budget applies only to retries of requests that were sent: a
/// retry after a failed connection adds no load, and when a server is stopped, all calls that fail to connect must be able to switch to another
/// endpoint immediately. Thread-safe.
/// </remarks>
internal sealed class RetryLimiter
{
    private readonly CurrentEndpointSet _sets;
    private readonly TimeProvider _timeProvider;
    private readonly RequestPermits _permits;
    private readonly RetryRateBudget _rateBudget;
    private RetryLimits _limits = new(int.MaxValue, null);
    private int _retryingCalls;
    private int _budgetedCalls;

    public RetryLimiter(CurrentEndpointSet sets, RequestPermits permits, TimeProvider timeProvider)
    {
        _sets = sets;
        _permits = permits;
        _timeProvider = timeProvider;
        _rateBudget = new RetryRateBudget(timeProvider);
    }

    /// <summary>The number of calls that are retrying.</summary>
    public int RetryingCalls => Volatile.Read(ref _retryingCalls);

    /// <summary>Counts each request; null while there is no budget.</summary>
    public RetryRateBudget? RateBudget => Volatile.Read(ref _limits).Budget is null ? null : _rateBudget;

    public void Configure(PoolLimits limits)
    {
        if (limits.RetryBudget is { } budget)
        {
            _rateBudget.Configure(budget.Share, budget.MinPerSecond);
        }

        Volatile.Write(ref _limits, new RetryLimits(limits.MaxConcurrentRetries, limits.RetryBudget));
    }

    /// <summary>Admits a call to its retries within <c>MaxConcurrentRetries</c>.</summary>
    public RetrySuppression TryAcquire()
    {
        if (Interlocked.Increment(ref _retryingCalls) <= Volatile.Read(ref _limits).MaxConcurrentRetries)
        {
            return RetrySuppression.None;
        }

        Release();
        return RetrySuppression.MaxConcurrentRetries;
    }

    public void Release() => Interlocked.Decrement(ref _retryingCalls);

    /// <summary>Admits an acquired call to retries that add load, within the concurrent part of the budget.</summary>
    public RetrySuppression TryAcquireBudget()
    {
        int budgetedCalls = Interlocked.Increment(ref _budgetedCalls);
        if (Volatile.Read(ref _limits).Budget is not { } budget || budgetedCalls <= budget.MinConcurrent || budgetedCalls <= budget.Share * CountActive())
        {
            return RetrySuppression.None;
        }

        ReleaseBudget();
        return RetrySuppression.BudgetConcurrency;
    }

    public void ReleaseBudget() => Interlocked.Decrement(ref _budgetedCalls);

    /// <summary>Spends one retry of the budget.</summary>
    public RetrySuppression TrySpendBudget() =>
        RateBudget is { } rate && !rate.TrySpend(_timeProvider.GetTimestamp()) ? RetrySuppression.BudgetRate : RetrySuppression.None;

    /// <summary>Counts attempts in flight and queued. Called only above the minimum, so that a failing call rarely pays for it.</summary>
    private int CountActive()
    {
        int active = _permits.QueuedCount;
        foreach (UpstreamEndpoint endpoint in _sets.Endpoints)
        {
            active += endpoint.InFlight;
        }

        return active;
    }

    private sealed record RetryLimits(int MaxConcurrentRetries, RetryBudgetSettings? Budget);
}
