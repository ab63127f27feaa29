namespace LoadBalancing.Client;

/// <summary>The time limit of one attempt: a token that is cancelled when the time is up, or when the caller gives up. The default value is no limit.</summary>
internal readonly struct AttemptTimer
{
    private readonly PooledTimeout? _timeout;
    private readonly CancellationTokenRegistration _caller;

    private AttemptTimer(TimeoutPool pool, long startedAt, TimeSpan limit, CancellationToken callerToken)
    {
        _timeout = pool.Rent(startedAt, limit);
        _caller = callerToken.UnsafeRegister(static limit => ((PooledTimeout)limit!).Cancel(), _timeout);
    }

    /// <summary>Whether the token is cancelled, by either.</summary>
    public bool IsCancellationRequested => _timeout is { IsCancellationRequested: true };

    /// <param name="pool">Where the limit comes from.</param>
    /// <param name="startedAt">The timestamp from which the time counts.</param>
    /// <param name="limit">The time; infinite for none.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    public static AttemptTimer Start(TimeoutPool pool, long startedAt, TimeSpan limit, CancellationToken callerToken) =>
        limit == Timeout.InfiniteTimeSpan ? default : new AttemptTimer(pool, startedAt, limit, callerToken);

    /// <summary>The token to send with; without a limit the caller's own.</summary>
    public CancellationToken TokenOr(CancellationToken callerToken) => _timeout?.Token ?? callerToken;

    /// <summary>Gives it into other hands, which end it in the place of this: the limit, and its link to the caller's cancellation. Both are nothing where there is no limit.</summary>
    public (PooledTimeout? Limit, CancellationTokenRegistration Caller) Detach() => (_timeout, _caller);

    /// <summary>Ends it for good. Nobody may use the token any more.</summary>
    public void End(TimeoutPool pool)
    {
        if (_timeout is not null)
        {
            _caller.Dispose();
            pool.Return(_timeout);
        }
    }

    /// <summary>Ends it while an upload may still hold the token: it must not be lent to another request, and goes on to be cancelled by the caller no longer.</summary>
    public void EndWithoutPooling()
    {
        if (_timeout is not null)
        {
            _caller.Unregister();
            _timeout.Dispose();
        }
    }
}
