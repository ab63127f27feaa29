namespace LoadBalancing.Client;

/// <summary>
/// Enforces the timeouts of a response body: the idle timeout of each read, and the deadline of the whole body. It takes over the attempt's pooled
/// timeout, so that a body whose data is already available
/// costs neither a timer nor a clock read: both come with the first read that has to wait.
/// </summary>
/// <remarks>
/// <code>
/// headers   read   arrives         read   arrives
///    |........|-------|..............|-------|.....      .. no timeout, or that of the call    -- a read waits: the shorter of both
/// </code>
/// Pooled together with the <see cref="LeakGuard"/> that owns it. One reader at a time, as with any stream; another thread may dispose the body concurrently.
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

    /// <summary>The timestamp of the deadline; <see cref="long.MaxValue"/> for none.</summary>
    private long _deadline = long.MaxValue;

    /// <summary>The timestamp since which the current read waits; 0 when no read waits.</summary>
    private long _waitingSince;
    private bool _isUploading;
    private int _state;
    private int _isWaiting;
    private int _isWriting;

    /// <summary>Takes over the timeout of an attempt whose response has a body.</summary>
    /// <param name="owner">The body.</param>
    /// <param name="policy">The timeouts of the call.</param>
    /// <param name="timer">The timer of the attempt.</param>
    /// <param name="idle">The idle timeout of a read; infinite for none.</param>
    /// <param name="end">The timestamp of the deadline; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="isUploading">Whether the request is still being sent: it still holds the token, and its sender may cancel it.</param>
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

    /// <summary>Begins a read, or a copy, which reads several times.</summary>
    /// <returns>False when this body has no timeouts.</returns>
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

        // Race: the body was disposed, and the timer belongs to another body.
        Volatile.Write(ref _state, NotReading);
        return false;
    }

    /// <summary>The token to read with. It also cancels with the reader's token.</summary>
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
            // The sender's token no longer applies to the body, unless the sender is also the reader.
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

    /// <summary>Wraps the destination of a copy, because waits of its writes do not count.</summary>
    public WriteTrackingStream WrapDestination(Stream destination)
    {
        _destination ??= new WriteTrackingStream(this);
        _destination.SetTarget(destination);
        return _destination;
    }

    /// <summary>Starts the idle timeout, because the current read has to wait.</summary>
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

    /// <summary>Stops the idle timeout: data arrived and is being written to the destination.</summary>
    public void BeginWrite()
    {
        Interlocked.Exchange(ref _isWriting, 1);
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            Disarm();
        }
    }

    /// <summary>Starts the idle timeout again: the data is written, and the next read has begun.</summary>
    public void EndWrite()
    {
        Interlocked.Exchange(ref _isWriting, 0);
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            Arm();
        }
    }

    /// <summary>Ends the read, or the copy.</summary>
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

    /// <summary>Checks the deadline before a read that cannot be cancelled.</summary>
    /// <exception cref="TaskCanceledException">The call timed out.</exception>
    public void ThrowIfPastDeadline(EndpointLease lease)
    {
        if (IsPastDeadline)
        {
            throw TimeoutErrors.CallTimeout(_policy!, lease.Endpoint, inPanic: lease.InPanic);
        }
    }

    /// <summary>The exception for the reader of a failed read, and the outcome for the endpoint.</summary>
    public (Exception Error, AttemptOutcome Outcome) ClassifyError(Exception exception, EndpointLease lease, CancellationToken reader)
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
        Exception error = isAtEnd
            ? TimeoutErrors.CallTimeout(policy, lease.Endpoint, exception, lease.InPanic)
            : TimeoutErrors.BodyIdleTimeout(policy, _idleTimeout, lease.Endpoint, exception, lease.InPanic);
        long since = Volatile.Read(ref _waitingSince);
        if (since == 0)
        {
            // The deadline passed while no read was waiting.
            return (error, AttemptOutcome.Neutral);
        }

        long now = policy.TimeProvider.GetTimestamp();
        TimeSpan late = isAtEnd ? policy.TimeProvider.GetElapsedTime(_deadline, now) : policy.TimeProvider.GetElapsedTime(since, now) - _idleTimeout;
        return (error, policy.ClassifyTimeout(lease.Endpoint, isAtEnd ? policy.Timeout : _idleTimeout, late));
    }

    /// <summary>Ends the timer of a body. Called once per body.</summary>
    /// <returns>Whether the timer may return to the pool; false while another thread reads.</returns>
    public bool End()
    {
        if (_policy is null)
        {
            return true;
        }

        // A reader sets its state first and then reads the owner, so one of the two threads sees the other.
        Interlocked.Exchange(ref _owner, null);
        bool isReading = Volatile.Read(ref _state) != NotReading;
        _reader.Dispose();
        _sender.Dispose();
        if (isReading || _isUploading)
        {
            // The token may still be in use.
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

    /// <summary>Ends the timer of a body that was never disposed. Called by finalizers, so it does not block.</summary>
    public void Abandon()
    {
        _reader.Unregister();
        _sender.Unregister();
        _timeout?.Dispose();
    }

    /// <summary>Whether the deadline has passed, with a tolerance for timers that fire slightly early.</summary>
    private bool IsPastDeadline =>
        _deadline != long.MaxValue && _policy!.TimeProvider.GetElapsedTime(_policy.TimeProvider.GetTimestamp(), _deadline) < PooledTimeout.Granularity;

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
