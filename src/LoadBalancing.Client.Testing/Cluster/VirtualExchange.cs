using System.Threading.Tasks.Sources;

namespace LoadBalancing.Client;

/// <summary>
/// One request at one endpoint, from its arrival to the response headers. On a virtual clock it is pooled, because a simulation makes millions.
/// </summary>
/// <remarks>
/// It ends once, by the first of: the work is done, the caller cancels, the timeout elapses, the endpoint is killed. The endpoint determines which under its
/// lock; the awaiter continues outside of it.
/// </remarks>
internal sealed class VirtualExchange : IValueTaskSource<VirtualReply?>
{
    private readonly VirtualEndpoint _endpoint;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<VirtualReply?> _result;
    private CancellationTokenRegistration _callerRegistration;
    private CancellationToken _callerToken;
    private VirtualReply? _reply;
    private long _deadline;
    private bool _isCompleted;

    public VirtualExchange(VirtualEndpoint endpoint, TimeProvider clock)
    {
        _endpoint = endpoint;
        TimerCallback callback = static self => ((VirtualExchange)self!).OnTimer();
        using (ExecutionContext.SuppressFlow())
        {
            _timer = clock is VirtualClock virtualClock
                ? virtualClock.CreateUncountedTimer(callback, this)
                : clock.CreateTimer(callback, this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public VirtualCall Call { get; private set; }

    /// <summary>Whether it is being processed; otherwise it waits in the queue.</summary>
    public bool IsActive { get; set; }

    public bool IsCompleted => Volatile.Read(ref _isCompleted);

    /// <summary>Its index among the endpoint's exchanges in flight.</summary>
    public int Position { get; set; }

    /// <summary>Starts an exchange. The task may be awaited once.</summary>
    public ValueTask<VirtualReply?> Begin(in VirtualCall call, long deadline, CancellationToken callerToken)
    {
        Call = call;
        _deadline = deadline;
        _callerToken = callerToken;
        _reply = null;
        IsActive = false;
        Volatile.Write(ref _isCompleted, false);
        return new ValueTask<VirtualReply?>(this, _result.Version);
    }

    /// <summary>Registers the caller's token, outside the endpoint's lock, because a cancelled token calls back immediately.</summary>
    public void RegisterCancellation()
    {
        if (_callerToken.CanBeCanceled)
        {
            _callerRegistration = _callerToken.UnsafeRegister(static self => ((VirtualExchange)self!).OnCallerCancelled(), this);
            if (IsCompleted)
            {
                _callerRegistration.Unregister();
            }
        }
    }

    /// <summary>Waits in the queue until the deadline.</summary>
    public void StartWait(long now) => SetTimer(_deadline, now);

    /// <summary>Processes the request; without a reply, until the deadline or cancellation.</summary>
    public void StartWork(VirtualReply reply, TimeSpan time, long now)
    {
        bool inTime = reply.Kind != VirtualReplyKind.NoResponse && time.Ticks < _deadline - now;
        _reply = inTime ? reply : null;
        SetTimer(inTime ? now + time.Ticks : _deadline, now);
    }

    /// <summary>Marks it as completed and stops its timer and registration. Called once, under the endpoint's lock.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isCompleted, true);
        _callerRegistration.Unregister();
        _callerRegistration = default;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="reply">The reply; null: the exchange timed out.</param>
    public void SetReply(VirtualReply? reply) => _result.SetResult(reply);

    public void SetCancelled() => _result.SetException(new TaskCanceledException("The caller cancelled the call.", null, _callerToken));

    public void Dispose() => _timer.Dispose();

    VirtualReply? IValueTaskSource<VirtualReply?>.GetResult(short token)
    {
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            _result.Reset();
            _endpoint.ReturnToPool(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<VirtualReply?>.GetStatus(short token) => _result.GetStatus(token);

    void IValueTaskSource<VirtualReply?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _result.OnCompleted(continuation, state, token, flags);

    private void SetTimer(long end, long now)
    {
        if (end != long.MaxValue)
        {
            _timer.Change(VirtualEndpoint.TimeBetween(now, end), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer() => _endpoint.Finish(this, _reply);

    private void OnCallerCancelled() => _endpoint.Abandon(this);
}
