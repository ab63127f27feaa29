namespace LoadBalancing.Client;

/// <summary>
/// Keeps the time of one answer's body: how long a read may wait for something to come, and when all of it has to be over. It takes over the time limit that the attempt was lent, so that a body which is there in time
/// costs neither a timer nor a look at the clock: both come with the first read that has to wait.
/// </summary>
/// <remarks>
/// <code>
/// headers   read   arrives         read   arrives
///    |........|-------|..............|-------|.....      .. no limit runs, or that of the call    -- a read waits: the shorter of both
/// </code>
/// It is lent to one body after the other, together with the <see cref="DropGuard"/> that it belongs to. One reader at a time, as everywhere with streams; the body may be disposed by another thread meanwhile.
/// </remarks>
internal sealed class BodyClock
{
    private const int Resting = 0;
    private const int Reading = 1;

    private LeasedContent? _owner;
    private RequestPlan? _plan;
    private TimeLimit? _limit;
    private CancellationTokenRegistration _sender;
    private CancellationTokenRegistration _reader;
    private CopyDestination? _destination;
    private TimeSpan _idle;

    /// <summary>The timestamp at which all of it has to be over; the largest number for never.</summary>
    private long _end = long.MaxValue;

    /// <summary>Since when the read under way has been waiting; 0 while none is.</summary>
    private long _waitingSince;
    private bool _isUploading;
    private int _state;
    private int _waits;
    private int _writes;

    /// <summary>Takes over the time of an attempt whose answer has a body.</summary>
    /// <param name="owner">The body.</param>
    /// <param name="plan">The plan of the call.</param>
    /// <param name="timer">The time of the attempt.</param>
    /// <param name="idle">The longest wait of a read; infinite for no limit.</param>
    /// <param name="end">The timestamp at which all of it has to be over; the largest number for never.</param>
    /// <param name="isUploading">Whether the request is still being sent: it goes on to hold the token, and its sender may cancel it.</param>
    public void Start(LeasedContent owner, RequestPlan plan, AttemptTimer timer, TimeSpan idle, long end, bool isUploading)
    {
        (_limit, _sender) = timer.HandOver();
        _plan = plan;
        _idle = idle;
        _end = end;
        _isUploading = isUploading && _limit is not null;
        _limit?.EndAt(end);
        Volatile.Write(ref _owner, owner);
    }

    /// <summary>Begins a read, or several by one copying.</summary>
    /// <returns>False where no time is kept of this body.</returns>
    public bool TryBegin(LeasedContent owner)
    {
        if (!ReferenceEquals(Volatile.Read(ref _owner), owner) || Interlocked.CompareExchange(ref _state, Reading, Resting) != Resting)
        {
            return false;
        }

        if (ReferenceEquals(Volatile.Read(ref _owner), owner))
        {
            return true;
        }

        // The body was disposed in this very moment, and the clock is with another one.
        Volatile.Write(ref _state, Resting);
        return false;
    }

    /// <summary>What to read with, so that the reader can still give up.</summary>
    public CancellationToken TokenFor(CancellationToken reader)
    {
        if (_isUploading)
        {
            if (_reader.Token != reader && _sender.Token != reader)
            {
                _reader.Dispose();
                _reader = Link(_limit!, reader);
            }
        }
        else if (_limit is null || _sender.Token != reader)
        {
            // Whoever sent has nothing to do with the body any more, unless he reads it himself.
            _sender.Dispose();
            if (_limit is null || (_limit.IsOver && !IsAtEnd))
            {
                _limit?.Dispose();
                _limit = _plan!.TimeLimits.Rent(0, Timeout.InfiniteTimeSpan);
                _limit.EndAt(_end);
            }

            _sender = Link(_limit, reader);
        }

        return _limit!.Token;
    }

    /// <summary>Where to copy to: what waits there does not count.</summary>
    public CopyDestination Around(Stream destination)
    {
        _destination ??= new CopyDestination(this);
        _destination.Begin(destination);
        return _destination;
    }

    /// <summary>The read that has begun has to wait.</summary>
    public void Wait()
    {
        Interlocked.Exchange(ref _waits, 1);
        if (Volatile.Read(ref _writes) == 0)
        {
            Arm();
            if (Volatile.Read(ref _writes) != 0)
            {
                Disarm();
            }
        }
    }

    /// <summary>Something came, and is being written where it is copied to.</summary>
    public void BeginWrite()
    {
        Interlocked.Exchange(ref _writes, 1);
        if (Volatile.Read(ref _waits) != 0)
        {
            Disarm();
        }
    }

    /// <summary>It is written, and the next read has begun.</summary>
    public void EndWrite()
    {
        Interlocked.Exchange(ref _writes, 0);
        if (Volatile.Read(ref _waits) != 0)
        {
            Arm();
        }
    }

    /// <summary>The read, or the copying, is over.</summary>
    public void Rest()
    {
        if (_waits != 0)
        {
            Disarm();
            _waits = 0;
        }

        _destination?.Forget();
        _writes = 0;
        Interlocked.CompareExchange(ref _state, Resting, Reading);
    }

    /// <summary>Before a read that cannot be interrupted.</summary>
    /// <exception cref="TaskCanceledException">The call's time has elapsed.</exception>
    public void ThrowIfAtEnd(EndpointLease lease)
    {
        if (IsAtEnd)
        {
            throw TimeoutErrors.Whole(_plan!, lease.Endpoint, inPanic: lease.InPanic);
        }
    }

    /// <summary>What a failed read is told as, and what it says about the endpoint.</summary>
    public (Exception Told, AttemptOutcome Outcome) Judge(Exception exception, EndpointLease lease, CancellationToken reader)
    {
        if (_limit is not { IsOver: true })
        {
            return (exception, OutcomeClassifier.ClassifyBody(exception));
        }

        if (reader.IsCancellationRequested)
        {
            return (TimeoutErrors.AsCancelledBy(exception, reader), AttemptOutcome.Neutral);
        }

        if (_isUploading && _sender.Token.IsCancellationRequested)
        {
            return (exception, AttemptOutcome.Neutral);
        }

        RequestPlan plan = _plan!;
        bool isAtEnd = IsAtEnd;
        Exception told = isAtEnd
            ? TimeoutErrors.Whole(plan, lease.Endpoint, exception, lease.InPanic)
            : TimeoutErrors.BodyIdle(plan, _idle, lease.Endpoint, exception, lease.InPanic);
        long since = Volatile.Read(ref _waitingSince);
        if (since == 0)
        {
            // The time ran out while the reader was busy with something else.
            return (told, AttemptOutcome.Neutral);
        }

        long now = plan.TimeProvider.GetTimestamp();
        TimeSpan late = isAtEnd ? plan.TimeProvider.GetElapsedTime(_end, now) : plan.TimeProvider.GetElapsedTime(since, now) - _idle;
        return (told, OngoingAttempt.JudgeTimeout(plan, lease.Endpoint, isAtEnd ? plan.Timeout : _idle, late));
    }

    /// <summary>The body is over. Called once for each that was begun.</summary>
    /// <returns>Whether the clock may go to another body; not while somebody else is in the middle of a read.</returns>
    public bool End()
    {
        if (_plan is null)
        {
            return true;
        }

        // Whoever begins to read shows it first and then looks for the owner, so one of the two sees the other.
        Interlocked.Exchange(ref _owner, null);
        bool isReading = Volatile.Read(ref _state) != Resting;
        _reader.Dispose();
        _sender.Dispose();
        if (isReading || _isUploading)
        {
            // Somebody may still hold the token.
            _limit?.Dispose();
        }
        else if (_limit is not null)
        {
            _plan.TimeLimits.Return(_limit);
        }

        if (!isReading)
        {
            (_plan, _limit, _sender, _reader, _end) = (null, null, default, default, long.MaxValue);
        }

        return !isReading;
    }

    /// <summary>The body was dropped. Called by finalizers, so it waits for nobody.</summary>
    public void Abandon()
    {
        _reader.Unregister();
        _sender.Unregister();
        _limit?.Dispose();
    }

    /// <summary>Whether the time of all of it is over, as a timer sees it that may come a little early.</summary>
    private bool IsAtEnd => _end != long.MaxValue && _plan!.TimeProvider.GetElapsedTime(_plan.TimeProvider.GetTimestamp(), _end) < TimeLimit.Granularity;

    private static CancellationTokenRegistration Link(TimeLimit limit, CancellationToken token) =>
        token.UnsafeRegister(static limit => ((TimeLimit)limit!).Cancel(), limit);

    private void Arm()
    {
        long now = _plan!.TimeProvider.GetTimestamp();
        Volatile.Write(ref _waitingSince, now);
        _limit!.EndAt(Math.Min(_end, _limit.After(now, _idle)));
    }

    private void Disarm()
    {
        Volatile.Write(ref _waitingSince, 0);
        _limit!.EndAt(_end);
    }
}
