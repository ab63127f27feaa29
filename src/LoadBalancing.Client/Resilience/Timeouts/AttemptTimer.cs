namespace LoadBalancing.Client;

/// <summary>The timeout of one attempt: a token that is cancelled when the attempt times out or the caller cancels. The default value is no timeout.</summary>
internal readonly struct AttemptTimer
{
    private readonly PooledTimeout? _timeout;
    private readonly CancellationTokenRegistration _caller;

    private AttemptTimer(TimeoutPool pool, long startedAt, TimeSpan timeout, CancellationToken callerToken)
    {
        _timeout = pool.Rent(startedAt, timeout);
        _caller = callerToken.UnsafeRegister(static state => ((PooledTimeout)state!).Cancel(), _timeout);
    }

    /// <summary>Whether the attempt has timed out or was cancelled.</summary>
    public bool IsCancellationRequested => _timeout is { IsCancellationRequested: true };

    /// <param name="pool">The pool that the timeout is rented from.</param>
    /// <param name="startedAt">The timestamp at which the timeout starts.</param>
    /// <param name="timeout">The timeout; infinite for none.</param>
    /// <param name="callerToken">The caller's cancellation.</param>
    public static AttemptTimer Start(TimeoutPool pool, long startedAt, TimeSpan timeout, CancellationToken callerToken) =>
        timeout == Timeout.InfiniteTimeSpan ? default : new AttemptTimer(pool, startedAt, timeout, callerToken);

    /// <summary>The token to send with; without a timeout that of the caller.</summary>
    public CancellationToken TokenOr(CancellationToken callerToken) => _timeout?.Token ?? callerToken;

    /// <summary>
    /// Transfers ownership of the timeout and of its registration on the caller's token; the receiver ends both. Both are empty without a timeout.
    /// </summary>
    public (PooledTimeout? Limit, CancellationTokenRegistration Caller) Detach() => (_timeout, _caller);

    /// <summary>Ends the timeout and returns it to the pool. The token must not be used afterwards.</summary>
    public void End(TimeoutPool pool)
    {
        if (_timeout is not null)
        {
            _caller.Dispose();
            pool.Return(_timeout);
        }
    }

    /// <summary>Ends the timeout while an upload may still hold its token: it is not returned to the pool, and the caller no longer cancels it.</summary>
    public void EndWithoutPooling()
    {
        if (_timeout is not null)
        {
            _caller.Unregister();
            _timeout.Dispose();
        }
    }
}
