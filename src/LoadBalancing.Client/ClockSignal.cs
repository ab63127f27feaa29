namespace LoadBalancing.Client;

/// <summary>Ends a wait, once. The code that ends it never runs the code that waits, so it may hold a lock.</summary>
/// <remarks>
/// Under the platform's clock the waiting code continues on the thread pool. Under any other it continues in a timer of that clock that is due immediately, so
/// that a test in virtual time stays on its thread, and its order is that of the clock. A clock that fires such a timer while it is being armed, as
/// <c>FakeTimeProvider</c> does, gets the thread pool too.
/// </remarks>
internal sealed class ClockSignal
{
    private readonly TimeProvider _clock;
    private readonly TaskCompletionSource _completion;
    private CancellationToken _cancellation;
    private ITimer? _timer;
    private int _hasEnded;
    private bool _isAwaited;
    private int _armingThread;

    public ClockSignal(TimeProvider clock)
    {
        _clock = clock;
        _completion = new TaskCompletionSource(UsesThreadPool ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
    }

    /// <summary>The wait.</summary>
    public Task Task
    {
        get
        {
            Volatile.Write(ref _isAwaited, true);
            return _completion.Task;
        }
    }

    private bool UsesThreadPool => ReferenceEquals(_clock, TimeProvider.System);

    /// <summary>Ends the wait.</summary>
    public void Set() => End(CancellationToken.None);

    /// <summary>Ends the wait even if its clock has stopped. The code that waits may run inside this call: hold no lock.</summary>
    public void SetNow()
    {
        Interlocked.Exchange(ref _hasEnded, 1);
        Complete();
    }

    /// <summary>Ends the wait with an exception, as <see cref="SetNow"/> does; a wait that has ended has ended well.</summary>
    /// <param name="exception">The exception.</param>
    public void FailNow(Exception exception)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _completion.TrySetException(exception);
        }
        else
        {
            Complete();
        }
    }

    /// <summary>Ends the wait as cancelled.</summary>
    /// <param name="token">The token that was cancelled.</param>
    public void Cancel(CancellationToken token) => End(token);

    private void End(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        _cancellation = cancellation;
        if (UsesThreadPool || !Volatile.Read(ref _isAwaited))
        {
            Complete();
            return;
        }

        _timer = _clock.CreateTimer(static self => ((ClockSignal)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _armingThread, Environment.CurrentManagedThreadId);
        _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _armingThread, 0);
    }

    private void OnTimer()
    {
        if (Volatile.Read(ref _armingThread) == Environment.CurrentManagedThreadId)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Complete(), this, preferLocal: false);
        }
        else
        {
            Complete();
        }
    }

    private void Complete()
    {
        _timer?.Dispose();
        if (_cancellation.IsCancellationRequested)
        {
            _completion.TrySetCanceled(_cancellation);
        }
        else
        {
            _completion.TrySetResult();
        }
    }
}
