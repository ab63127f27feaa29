namespace LoadBalancing.Client;

/// <summary>
/// A signal that calls await. They never continue inside the code that sets it, which may hold a lock: on the system's clock they continue on the thread
/// pool, and on a test clock where its timers fire, because virtual time knows no thread pool.
/// </summary>
internal sealed class WaitSignal
{
    private readonly TimeProvider _timeProvider;
    private TaskCompletionSource? _source;
    private ITimer? _timer;
    private int _isSet;
    private int _settingThread;

    public WaitSignal(TimeProvider timeProvider) => _timeProvider = timeProvider;

    /// <summary>Completes when the signal is set.</summary>
    public Task Task
    {
        get
        {
            if (Volatile.Read(ref _isSet) != 0)
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource created = new(OnSystemClock ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
            TaskCompletionSource source = Interlocked.CompareExchange(ref _source, created, null) ?? created;

            // Either the setting thread sees the source, or this thread sees that the signal is set.
            if (Volatile.Read(ref _isSet) != 0)
            {
                source.TrySetResult();
            }

            return source.Task;
        }
    }

    private bool OnSystemClock => _timeProvider == TimeProvider.System;

    /// <summary>Sets the signal; once it is set, does nothing.</summary>
    public void Set()
    {
        if (Volatile.Read(ref _isSet) != 0 || Interlocked.Exchange(ref _isSet, 1) != 0)
        {
            return;
        }

        if (Volatile.Read(ref _source) is not { } source)
        {
            // No call waits.
            return;
        }

        if (OnSystemClock)
        {
            source.TrySetResult();
            return;
        }

        _settingThread = Environment.CurrentManagedThreadId;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = _timeProvider.CreateTimer(static self => ((WaitSignal)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        Volatile.Write(ref _settingThread, 0);
    }

    /// <summary>Sets the signal; awaiting calls may continue inside this method. Call it without a lock.</summary>
    public void SetNow()
    {
        Interlocked.Exchange(ref _isSet, 1);
        Volatile.Read(ref _source)?.TrySetResult();
    }

    private void OnTimer()
    {
        _timer?.Dispose();
        if (Volatile.Read(ref _settingThread) == Environment.CurrentManagedThreadId)
        {
            // A clock whose timers fire while they are armed: inside the code that sets the signal.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.TrySetResult(), _source!, preferLocal: false);
        }
        else
        {
            _source!.TrySetResult();
        }
    }
}
