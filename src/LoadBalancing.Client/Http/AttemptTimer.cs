namespace LoadBalancing.Client;

/// <summary>The token that one attempt is sent with: the caller's, and cancelled as well when the attempt's time is up.</summary>
internal readonly struct AttemptTimer
{
    private readonly CancellationSourcePool? _pool;
    private readonly CancellationTokenSource? _source;
    private readonly CancellationTokenRegistration _caller;
    private readonly CancellationToken _callerToken;

    private AttemptTimer(CancellationToken callerToken) => _callerToken = callerToken;

    private AttemptTimer(CancellationSourcePool pool, TimeSpan limit, CancellationToken callerToken)
    {
        _pool = pool;
        _callerToken = callerToken;
        _source = pool.Rent(limit);
        _caller = callerToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source?.Token ?? _callerToken;

    /// <summary>Whether it was the time limit that cancelled the token.</summary>
    public bool HasFired => _source is { IsCancellationRequested: true } && !_callerToken.IsCancellationRequested;

    public static AttemptTimer Start(CancellationSourcePool pool, TimeSpan limit, CancellationToken callerToken) =>
        limit == Timeout.InfiniteTimeSpan ? new AttemptTimer(callerToken) : new AttemptTimer(pool, limit, callerToken);

    /// <summary>Ends the time limit and keeps the caller's cancellation, for an upload that goes on after the headers of the answer.</summary>
    public void StopClock() => _source?.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Ends it for good. Nobody may use the token any more.</summary>
    public void End()
    {
        if (_source is not null)
        {
            _caller.Dispose();
            _pool!.Return(_source);
        }
    }

    /// <summary>Ends it while an upload may still hold the token: its source must not be lent to another request.</summary>
    public void EndUnshared()
    {
        if (_source is not null)
        {
            _caller.Unregister();
            _source.Dispose();
        }
    }
}
