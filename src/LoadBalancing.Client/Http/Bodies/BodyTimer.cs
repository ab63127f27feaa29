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
/// It is lent to one body after the other, together with the <see cref="LeakGuard"/> that it belongs to. One reader at a time, as everywhere with streams; the body may be disposed by another thread meanwhile.
/// </remarks>
internal sealed class BodyTimer
{
    private const int NotReading = 0;
    private const int Reading = 1;

    private LeasedContent? _owner;
    private TimeoutPolicy? _policy;
    private PooledTimeout? _timeout;
    private CancellationTokenRegistration _sender;
    private CancellationTokenRegistration _reader;
    private WriteTrackingStream? _destination;
    private TimeSpan _idleTimeout;

    /// <summary>The timestamp at which all of it has to be over; the largest number for never.</summary>
    private long _deadline = long.MaxValue;

    /// <summary>Since when the read under way has been waiting; 0 while none is.</summary>
    private long _waitingSince;
    private bool _isUploading;
    private int _state;
    private int _isWaiting;
    private int _isWriting;

    /// <summary>Takes over the time of an attempt whose answer has a body.</summary>
    /// <param name="owner">The body.</param>
    /// <param name="policy">The timeouts of the call.</param>
    /// <param name="timer">The time of the attempt.</param>
    /// <param name="idle">The longest wait of a read; infinite for no limit.</param>
    /// <param name="end">The timestamp at which all of it has to be over; the largest number for never.</param>
    /// <param name="isUploading">Whether the request is still being sent: it goes on to hold the token, and its sender may cancel it.</param>
    public void Start(LeasedContent owner, TimeoutPolicy policy, AttemptTimer timer, TimeSpan idle, long end, bool isUploading)
    {
        (_timeout, _sender) = timer.Detach();
        _policy = policy;
        _idleTimeout = idle;
        _deadline = end;
        _isUploading = isUploading && _timeout is not null;
        _timeout?.SetDeadline(end);
        Volatile.Write(ref _owner, owner);
    }

    /// <summary>Begins a read, or several by one copying.</summary>
    /// <returns>False where no time is kept of this body.</returns>
    public bool TryBeginRead(LeasedContent owner)
    {
        if (!ReferenceEquals(Volatile.Read(ref _owner), owner) || Interlocked.CompareExchange(ref _state, Reading, NotReading) != NotReading)
        {
            return false;
        }

        if (ReferenceEquals(Volatile.Read(ref _owner), owner))
        {
            return true;
        }

        // The body was disposed in this very moment, and the clock is with another one.
        Volatile.Write(ref _state, NotReading);
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
                _reader = Link(_timeout!, reader);
            }
        }
        else if (_timeout is null || _sender.Token != reader)
        {
            // Whoever sent has nothing to do with the body any more, unless he reads it himself.
            _sender.Dispose();
            if (_timeout is null || (_timeout.IsCancellationRequested && !IsPastDeadline))
            {
                _timeout?.Dispose();
                _timeout = _policy!.Pool.Rent(0, Timeout.InfiniteTimeSpan);
                _timeout.SetDeadline(_deadline);
            }

            _sender = Link(_timeout, reader);
        }

        return _timeout!.Token;
    }

    /// <summary>Where to copy to: what waits there does not count.</summary>
    public WriteTrackingStream WrapDestination(Stream destination)
    {
        _destination ??= new WriteTrackingStream(this);
        _destination.SetTarget(destination);
        return _destination;
    }

    /// <summary>The read that has begun has to wait.</summary>
    public void OnReadPending()
    {
        Interlocked.Exchange(ref _isWaiting, 1);
        if (Volatile.Read(ref _isWriting) == 0)
        {
            Arm();
            if (Volatile.Read(ref _isWriting) != 0)
            {
                Disarm();
            }
        }
    }

    /// <summary>Something came, and is being written where it is copied to.</summary>
    public void BeginWrite()
    {
        Interlocked.Exchange(ref _isWriting, 1);
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            Disarm();
        }
    }

    /// <summary>It is written, and the next read has begun.</summary>
    public void EndWrite()
    {
        Interlocked.Exchange(ref _isWriting, 0);
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            Arm();
        }
    }

    /// <summary>The read, or the copying, is over.</summary>
    public void EndRead()
    {
        if (_isWaiting != 0)
        {
            Disarm();
            _isWaiting = 0;
        }

        _destination?.ClearTarget();
        _isWriting = 0;
        Interlocked.CompareExchange(ref _state, NotReading, Reading);
    }

    /// <summary>Before a read that cannot be interrupted.</summary>
    /// <exception cref="TaskCanceledException">The call's time has elapsed.</exception>
    public void ThrowIfPastDeadline(EndpointLease lease)
    {
        if (IsPastDeadline)
        {
            throw TimeoutErrors.CallTimeout(_policy!, lease.Endpoint, inPanic: lease.InPanic);
        }
    }

    /// <summary>What a failed read is told as, and what it says about the endpoint.</summary>
    public (Exception Told, AttemptOutcome Outcome) ClassifyError(Exception exception, EndpointLease lease, CancellationToken reader)
    {
        if (_timeout is not { IsCancellationRequested: true })
        {
            return (exception, OutcomeClassifier.ClassifyBody(exception));
        }

        if (reader.IsCancellationRequested)
        {
            return (TimeoutErrors.WithCallerToken(exception, reader), AttemptOutcome.Neutral);
        }

        if (_isUploading && _sender.Token.IsCancellationRequested)
        {
            return (exception, AttemptOutcome.Neutral);
        }

        TimeoutPolicy policy = _policy!;
        bool isAtEnd = IsPastDeadline;
        Exception told = isAtEnd
            ? TimeoutErrors.CallTimeout(policy, lease.Endpoint, exception, lease.InPanic)
            : TimeoutErrors.BodyIdleTimeout(policy, _idleTimeout, lease.Endpoint, exception, lease.InPanic);
        long since = Volatile.Read(ref _waitingSince);
        if (since == 0)
        {
            // The time ran out while the reader was busy with something else.
            return (told, AttemptOutcome.Neutral);
        }

        long now = policy.TimeProvider.GetTimestamp();
        TimeSpan late = isAtEnd ? policy.TimeProvider.GetElapsedTime(_deadline, now) : policy.TimeProvider.GetElapsedTime(since, now) - _idleTimeout;
        return (told, policy.ClassifyTimeout(lease.Endpoint, isAtEnd ? policy.Timeout : _idleTimeout, late));
    }

    /// <summary>The body is over. Called once for each that was begun.</summary>
    /// <returns>Whether the clock may go to another body; not while somebody else is in the middle of a read.</returns>
    public bool End()
    {
        if (_policy is null)
        {
            return true;
        }

        // Whoever begins to read shows it first and then looks for the owner, so one of the two sees the other.
        Interlocked.Exchange(ref _owner, null);
        bool isReading = Volatile.Read(ref _state) != NotReading;
        _reader.Dispose();
        _sender.Dispose();
        if (isReading || _isUploading)
        {
            // Somebody may still hold the token.
            _timeout?.Dispose();
        }
        else if (_timeout is not null)
        {
            _policy.Pool.Return(_timeout);
        }

        if (!isReading)
        {
            (_policy, _timeout, _sender, _reader, _deadline) = (null, null, default, default, long.MaxValue);
        }

        return !isReading;
    }

    /// <summary>The body was dropped. Called by finalizers, so it waits for nobody.</summary>
    public void Abandon()
    {
        _reader.Unregister();
        _sender.Unregister();
        _timeout?.Dispose();
    }

    /// <summary>Whether the time of all of it is over, as a timer sees it that may come a little early.</summary>
    private bool IsPastDeadline => _deadline != long.MaxValue && _policy!.TimeProvider.GetElapsedTime(_policy.TimeProvider.GetTimestamp(), _deadline) < PooledTimeout.Granularity;

    private static CancellationTokenRegistration Link(PooledTimeout limit, CancellationToken token) =>
        token.UnsafeRegister(static limit => ((PooledTimeout)limit!).Cancel(), limit);

    private void Arm()
    {
        long now = _policy!.TimeProvider.GetTimestamp();
        Volatile.Write(ref _waitingSince, now);
        _timeout!.SetDeadline(Math.Min(_deadline, _timeout.DeadlineAfter(now, _idleTimeout)));
    }

    private void Disarm()
    {
        Volatile.Write(ref _waitingSince, 0);
        _timeout!.SetDeadline(_deadline);
    }
}
