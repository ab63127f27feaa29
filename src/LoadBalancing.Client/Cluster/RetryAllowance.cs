namespace LoadBalancing.Client;

/// <summary>
/// What a cluster allows its calls to try again: how many may be in retries at once, by <c>MaxRetries</c> and by the concurrent part of the budget, and how many retries there may be over time. The smallest wins.
/// </summary>
/// <remarks>
/// A call enters before the wait that precedes its first retry and leaves when it ends. The budget is asked only for retries of what was sent: one after a connection that did not come about sends no more than was asked for,
/// and when a server is stopped, all calls that find it gone must be able to go elsewhere at once. Safe for several threads.
/// </remarks>
internal sealed class RetryAllowance
{
    private readonly LoadBalancer _balancer;
    private readonly RequestSlots _slots;
    private readonly RetryBudget _rate;
    private RetryBounds _bounds = new(int.MaxValue, null);
    private int _held;
    private int _sendingMore;

    public RetryAllowance(LoadBalancer balancer, RequestSlots slots)
    {
        _balancer = balancer;
        _slots = slots;
        _rate = new RetryBudget(balancer.TimeProvider);
    }

    /// <summary>How many calls are in retries.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Who wants to be told of each request; null while there is no budget.</summary>
    public RetryBudget? Rate => Volatile.Read(ref _bounds).Budget is null ? null : _rate;

    public void Configure(PoolLimits limits)
    {
        if (limits.Budget is { } budget)
        {
            _rate.Configure(budget.Share, budget.MinPerSecond);
        }

        Volatile.Write(ref _bounds, new RetryBounds(limits.MaxRetries, limits.Budget));
    }

    /// <summary>Lets a call into its retries, as far as <c>MaxRetries</c> goes.</summary>
    public RetryRefusal TryEnter()
    {
        if (Interlocked.Increment(ref _held) <= Volatile.Read(ref _bounds).MaxRetries)
        {
            return RetryRefusal.None;
        }

        Leave();
        return RetryRefusal.MaxRetries;
    }

    public void Leave() => Interlocked.Decrement(ref _held);

    /// <summary>Lets a call that has entered send more than it was asked for, as far as the concurrent part of the budget goes.</summary>
    public RetryRefusal TryEnterBudget()
    {
        int sendingMore = Interlocked.Increment(ref _sendingMore);
        if (Volatile.Read(ref _bounds).Budget is not { } budget || sendingMore <= budget.MinConcurrent || sendingMore <= budget.Share * Active())
        {
            return RetryRefusal.None;
        }

        LeaveBudget();
        return RetryRefusal.BudgetConcurrency;
    }

    public void LeaveBudget() => Interlocked.Decrement(ref _sendingMore);

    /// <summary>Takes one retry out of the budget.</summary>
    public RetryRefusal TrySpend() =>
        Rate is { } rate && !rate.TrySpend(_balancer.TimeProvider.GetTimestamp()) ? RetryRefusal.BudgetRate : RetryRefusal.None;

    /// <summary>Attempts under way and waiting. Only asked for above the least number, so that a failing call rarely pays for it.</summary>
    private int Active()
    {
        int active = _slots.Waiting;
        foreach (UpstreamEndpoint endpoint in _balancer.Endpoints)
        {
            active += endpoint.InFlight;
        }

        return active;
    }

    private sealed record RetryBounds(int MaxRetries, RetryBudgetSettings? Budget);
}
