using System.Threading.Tasks.Sources;

namespace LoadBalancing.Client;

/// <summary>One request at one endpoint, from its arrival to the headers of the answer. On a virtual clock it is used again when it is over: a simulation makes millions.</summary>
/// <remarks>
/// It ends once, by the first of: the work is done, the caller gives up, the caller's time is over, the endpoint is killed. The endpoint decides that under its lock;
/// whoever waits goes on outside of it.
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

    /// <summary>Whether it has a place, or still waits for one.</summary>
    public bool IsActive { get; set; }

    public bool IsCompleted => Volatile.Read(ref _isCompleted);

    /// <summary>Its place among those that are under way at the endpoint.</summary>
    public int Position { get; set; }

    /// <summary>Begins anew. The task is to be awaited once.</summary>
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

    /// <summary>Begins to listen to the caller, outside of the endpoint's lock: a token that is cancelled already calls back at once.</summary>
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

    /// <summary>Waits for a place, no longer than the caller does.</summary>
    public void StartWait(long now) => SetTimer(_deadline, now);

    /// <summary>Works on it for a time; until the caller gives up when the reply is silence.</summary>
    public void StartWork(VirtualReply reply, TimeSpan time, long now)
    {
        bool inTime = reply.Kind != VirtualReplyKind.NoResponse && time.Ticks < _deadline - now;
        _reply = inTime ? reply : null;
        SetTimer(inTime ? now + time.Ticks : _deadline, now);
    }

    /// <summary>Takes it out of everybody's hands. Under the endpoint's lock, and once.</summary>
    public void Complete()
    {
        Volatile.Write(ref _isCompleted, true);
        _callerRegistration.Unregister();
        _callerRegistration = default;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="reply">Null: the caller's time was over.</param>
    public void SetReply(VirtualReply? reply) => _result.SetResult(reply);

    public void SetCancelled() => _result.SetException(new TaskCanceledException("The caller gave up.", null, _callerToken));

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
