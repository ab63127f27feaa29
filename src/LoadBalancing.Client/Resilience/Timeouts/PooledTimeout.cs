namespace LoadBalancing.Client;

/// <summary>
/// A timeout that is rented by one attempt after the other. Its token is cancelled when the current rental times out, or by its user.
/// </summary>
/// <remarks>
/// Nearly all attempts end long before their timeout, so starting and stopping a timer for each of them is wasted work. Here the timer keeps running
/// when a rental
/// ends. When it wakes up, it reads the deadline of the current rental and either fires or sleeps for the rest; without a rental it stops until the next one.
/// <code>
/// rental 1:  |--ends early              deadline of rental 1: the timer wakes up, sees rental 3, sleeps for the rest
/// rental 2:       |--ends early               |
/// rental 3:              |--------------------+------|  deadline of rental 3: fires
/// </code>
/// One user at a time starts and ends a rental; only the timer runs on another thread. One compare-and-swap decides which of the two ends the rental,
/// so the timer
/// never fires for a rental that has ended.
/// </remarks>
internal sealed class PooledTimeout : IDisposable
{
    private const long Never = long.MaxValue;

    /// <summary>Set in the number of a rental that has timed out.</summary>
    private const int Fired = int.MinValue;

    /// <summary>Timers count in milliseconds, so they may fire up to one millisecond early.</summary>
    public static readonly TimeSpan Granularity = TimeSpan.FromMilliseconds(1);

    /// <summary>The platform's timers reject more than about 49 days. A longer timeout wakes up in between and sleeps again.</summary>
    private static readonly TimeSpan MaxTimerDelay = TimeSpan.FromDays(40);

    private readonly CancellationTokenSource _source = new();
    private readonly Lock _timerLock = new();
    private readonly TimeProvider _timeProvider;
    private readonly BackgroundGuard _guard;
    private readonly ITimer _timer;
    private long _deadline = Never;
    private long _timerDueAt = Never;

    /// <summary>Odd while rented; incremented by each start and each end of a rental.</summary>
    private int _rental;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the callbacks on the token.</param>
    public PooledTimeout(TimeProvider timeProvider, BackgroundGuard guard)
    {
        _guard = guard;
        _timeProvider = timeProvider;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(static self => ((PooledTimeout)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the rental has timed out or was cancelled.</summary>
    public bool IsCancellationRequested => _source.IsCancellationRequested;

    /// <summary>Starts a rental.</summary>
    /// <param name="startedAt">The timestamp at which the timeout starts.</param>
    /// <param name="timeout">Zero or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public void Start(long startedAt, TimeSpan timeout)
    {
        long deadline = DeadlineAfter(startedAt, timeout);
        Volatile.Write(ref _deadline, deadline);

        // A full fence: either the timer's thread sees this rental, or this thread sees that the timer will not wake up in time.
        Interlocked.Increment(ref _rental);
        if (deadline < Volatile.Read(ref _timerDueAt))
        {
            Arm(deadline);
        }
    }

    /// <summary>Changes the deadline of the current rental.</summary>
    /// <param name="deadline">A timestamp; <see cref="long.MaxValue"/> for none. The rental can still be cancelled then.</param>
    public void SetDeadline(long deadline)
    {
        // A full fence, for the same reason as in Start.
        Interlocked.Exchange(ref _deadline, deadline);
        if (deadline < Volatile.Read(ref _timerDueAt))
        {
            Arm(deadline);
        }
    }

    /// <summary>The timestamp at which a timeout ends; <see cref="long.MaxValue"/> for an infinite one.</summary>
    public long DeadlineAfter(long startedAt, TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan ? Never : startedAt + (long)(timeout.Ticks * ((double)_timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond));

    /// <summary>Cancels the token of the current rental. Does not throw, whatever callbacks on the token do.</summary>
    public void Cancel() => _guard.Cancel(_source);

    /// <summary>Ends the rental and drops all registrations on its token.</summary>
    /// <returns>False when the token is cancelled: the object cannot be rented again.</returns>
    public bool TryReset()
    {
        int rental = Volatile.Read(ref _rental);
        return rental >= 0
            && Interlocked.CompareExchange(ref _rental, (rental + 1) & int.MaxValue, rental) == rental
            && _source.TryReset();
    }

    /// <remarks>The token stays usable: an upload may still hold it, and a source without its own timer has nothing to release.</remarks>
    public void Dispose() => _timer.Dispose();

    private void OnTimer()
    {
        Interlocked.Exchange(ref _timerDueAt, Never);
        int rental = Volatile.Read(ref _rental);
        long deadline = Volatile.Read(ref _deadline);
        if ((rental & 1) == 0 || deadline == Never)
        {
            return;
        }

        if (TimeUntil(deadline) >= Granularity)
        {
            Arm(deadline);
        }
        else if (Interlocked.CompareExchange(ref _rental, rental | Fired, rental) == rental)
        {
            Cancel();
        }

        // Otherwise the rental has just ended, and the next one arms the timer itself.
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
