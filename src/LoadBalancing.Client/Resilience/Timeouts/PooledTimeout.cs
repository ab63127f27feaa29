namespace LoadBalancing.Client;

/// <summary>
/// A time limit that is lent to one attempt after the other: a token that is cancelled when the time of the current loan is up, or when the borrower cancels it.
/// </summary>
/// <remarks>
/// Nearly all attempts end long before their limit, so setting a timer and stopping it again for each of them is work for nothing. Here the timer is left as it is when a loan ends. When it
/// wakes up it looks whether a loan is running and when that one ends, and either fires, or sleeps for what is left, or, with no loan, stops until the next.
/// <code>
/// loan 1:  |--ends early              limit of loan 1: the timer wakes up, sees loan 3, sleeps for the rest
/// loan 2:       |--ends early               |
/// loan 3:              |--------------------+------|  limit of loan 3: fires
/// </code>
/// Lending and ending belong to one borrower at a time; only the timer comes from another thread. Who of the two ends the loan is decided by one compare-and-swap, so a loan that has
/// ended is never fired upon.
/// </remarks>
internal sealed class PooledTimeout : IDisposable
{
    private const long Never = long.MaxValue;

    /// <summary>Set in the loan's number once its time was up.</summary>
    private const int Fired = int.MinValue;

    /// <summary>Timers count in milliseconds, so they may come up to one too early.</summary>
    public static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);

    /// <summary>The platform's timers refuse more than some 49 days. One that has longer to go wakes up and goes to sleep again.</summary>
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromDays(40);

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _timerLock = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private long _deadline = Never;
    private long _timerDueAt = Never;

    /// <summary>Odd while lent; grows with each lending and each ending.</summary>
    private int _rental;

    public PooledTimeout(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(static self => ((PooledTimeout)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time was up, or the borrower has cancelled.</summary>
    public bool IsCancellationRequested => _source.IsCancellationRequested;

    /// <summary>Begins a loan.</summary>
    /// <param name="startedAt">The timestamp from which the time counts.</param>
    /// <param name="limit">Zero or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public void Start(long startedAt, TimeSpan limit)
    {
        long deadline = DeadlineAfter(startedAt, limit);
        Volatile.Write(ref _deadline, deadline);

        // A full fence: either the timer's thread sees this loan, or this thread sees that the timer will not wake up by itself.
        Interlocked.Increment(ref _rental);
        if (deadline < Volatile.Read(ref _timerDueAt))
        {
            Arm(deadline);
        }
    }

    /// <summary>Gives the current loan another end.</summary>
    /// <param name="deadline">A timestamp; the largest number for none, after which it can still be cancelled.</param>
    public void SetDeadline(long deadline)
    {
        // A full fence, for the same reason as when it is lent.
        Interlocked.Exchange(ref _deadline, deadline);
        if (deadline < Volatile.Read(ref _timerDueAt))
        {
            Arm(deadline);
        }
    }

    /// <summary>The timestamp that lies a time after another one; the largest number for an infinite time.</summary>
    public long DeadlineAfter(long startedAt, TimeSpan limit) =>
        limit == Timeout.InfiniteTimeSpan ? Never : startedAt + (long)(limit.Ticks * ((double)_timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond));

    /// <summary>Cancels the token of the current loan.</summary>
    public void Cancel() => _source.Cancel();

    /// <summary>Ends the loan. Whatever was registered with the token is forgotten.</summary>
    /// <returns>False when the token is cancelled, so that there can be no further loan.</returns>
    public bool TryReset()
    {
        int loan = Volatile.Read(ref _rental);
        return loan >= 0
            && Interlocked.CompareExchange(ref _rental, (loan + 1) & int.MaxValue, loan) == loan
            && _source.TryReset();
    }

    /// <remarks>The token stays usable: an upload may still hold it, and a source without a timer of its own has nothing to free.</remarks>
    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        Interlocked.Exchange(ref _timerDueAt, Never);
        int loan = Volatile.Read(ref _rental);
        long deadline = Volatile.Read(ref _deadline);
        if ((loan & 1) == 0 || deadline == Never)
        {
            return;
        }

        if (TimeUntil(deadline) >= Granularity)
        {
            Arm(deadline);
        }
        else if (Interlocked.CompareExchange(ref _rental, loan | Fired, loan) == loan)
        {
            _source.Cancel();
        }

        // Otherwise the loan has just ended, and the next one arms the timer itself.
    }

    private void Arm(long deadline)
    {
        lock (_timerLock)
        {
            if (deadline < _timerDueAt)
            {
                TimeSpan left = TimeUntil(deadline);
                Volatile.Write(ref _timerDueAt, deadline);
                _timer.Change(left <= TimeSpan.Zero ? TimeSpan.Zero : left < MaxTimerDelay ? left : MaxTimerDelay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private TimeSpan TimeUntil(long deadline) => _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), deadline);
}
