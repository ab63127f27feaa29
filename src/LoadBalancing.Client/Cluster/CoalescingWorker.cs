namespace LoadBalancing.Client;

/// <summary>
/// Runs a piece of work in the background, once for any number of calls of <see cref="Schedule"/> before it starts, and never concurrently with
/// itself. Work is started by a timer of the time provider, so that a test clock controls when it runs.
/// </summary>
internal sealed class CoalescingWorker : IDisposable
{
    private readonly Lock _running = new();
    private readonly Action _work;
    private readonly ITimer _timer;
    private int _requested;
    private bool _disposed;

    public CoalescingWorker(Action work, TimeProvider timeProvider)
    {
        _work = work;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(static self => ((CoalescingWorker)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Schedules the work to run soon.</summary>
    public void Schedule()
    {
        if (Interlocked.Exchange(ref _requested, 1) == 0 && !Volatile.Read(ref _disposed))
        {
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        _timer.Dispose();
    }

    private void Run()
    {
        lock (_running)
        {
            // Before the work, not after: a run that is scheduled during the work may be too late to be covered by it.
            Volatile.Write(ref _requested, 0);
            _work();
        }
    }
}
