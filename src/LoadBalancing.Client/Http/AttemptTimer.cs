namespace LoadBalancing.Client;

/// <summary>The time limit of one attempt: a token that is cancelled when the time is up, or when the caller gives up. The default value is no limit.</summary>
internal readonly struct AttemptTimer
{
    private readonly CancellationTokenSource? _source;
    private readonly CancellationTokenRegistration _caller;

    private AttemptTimer(CancellationSourcePool pool, TimeSpan limit, CancellationToken callerToken)
    {
        _source = pool.Rent(limit);
        _caller = callerToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>Whether the token is cancelled, by either.</summary>
    public bool HasFired => _source is { IsCancellationRequested: true };

    public static AttemptTimer Start(CancellationSourcePool pool, TimeSpan limit, CancellationToken callerToken) =>
        limit == Timeout.InfiniteTimeSpan ? default : new AttemptTimer(pool, limit, callerToken);

    /// <summary>The token to send with; without a limit the caller's own.</summary>
    public CancellationToken TokenOr(CancellationToken callerToken) => _source?.Token ?? callerToken;

    /// <summary>Ends the time limit and keeps the caller's cancellation, for an upload that goes on after the headers of the answer.</summary>
    public void StopClock() => _source?.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>Ends it for good. Nobody may use the token any more.</summary>
    public void End(CancellationSourcePool pool)
    {
        if (_source is not null)
        {
            _caller.Dispose();
            pool.Return(_source);
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
