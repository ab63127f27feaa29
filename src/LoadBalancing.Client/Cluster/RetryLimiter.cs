namespace LoadBalancing.Client;

/// <summary>
/// What a cluster allows its calls to try again: how many may be in retries at once, by <c>MaxConcurrentRetries</c> and by the concurrent part of the budget, and how many retries there may be over time. The smallest wins.
/// </summary>
/// <remarks>
/// A call enters before the wait that precedes its first retry and leaves when it ends. The budget is asked only for retries of what was sent: one after a connection that did not come about sends no more than was asked for,
/// and when a server is stopped, all calls that find it gone must be able to go elsewhere at once. Safe for several threads.
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

    /// <summary>How many calls are in retries.</summary>
    public int RetryingCalls => Volatile.Read(ref _retryingCalls);

    /// <summary>Who wants to be told of each request; null while there is no budget.</summary>
    public RetryRateBudget? RateBudget => Volatile.Read(ref _limits).Budget is null ? null : _rateBudget;

    public void Configure(PoolLimits limits)
    {
        if (limits.RetryBudget is { } budget)
        {
            _rateBudget.Configure(budget.Share, budget.MinPerSecond);
        }

        Volatile.Write(ref _limits, new RetryLimits(limits.MaxConcurrentRetries, limits.RetryBudget));
    }

    /// <summary>Lets a call into its retries, as far as <c>MaxConcurrentRetries</c> goes.</summary>
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

    /// <summary>Lets a call that has entered send more than it was asked for, as far as the concurrent part of the budget goes.</summary>
    public RetrySuppression TryAcquireBudget()
    {
        int sendingMore = Interlocked.Increment(ref _budgetedCalls);
        if (Volatile.Read(ref _limits).Budget is not { } budget || sendingMore <= budget.MinConcurrent || sendingMore <= budget.Share * CountActive())
        {
            return RetrySuppression.None;
        }

        ReleaseBudget();
        return RetrySuppression.BudgetConcurrency;
    }

    public void ReleaseBudget() => Interlocked.Decrement(ref _budgetedCalls);

    /// <summary>Takes one retry out of the budget.</summary>
    public RetrySuppression TrySpendBudget() =>
        RateBudget is { } rate && !rate.TrySpend(_timeProvider.GetTimestamp()) ? RetrySuppression.BudgetRate : RetrySuppression.None;

    /// <summary>Attempts under way and waiting. Only asked for above the least number, so that a failing call rarely pays for it.</summary>
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
