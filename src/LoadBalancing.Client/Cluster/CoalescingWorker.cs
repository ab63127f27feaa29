namespace LoadBalancing.Client;

/// <summary>
/// Runs one piece of work in the background, once for any number of requests that came before it began, and never twice at a time. Work is started through a
/// timer of the time provider, so that a clock made for tests decides when it runs.
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

    /// <summary>Asks for the work to be done soon.</summary>
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
            // Before the work, not after: what is requested while it runs may have come too late for it.
            Volatile.Write(ref _requested, 0);
            _work();
        }
    }
}
