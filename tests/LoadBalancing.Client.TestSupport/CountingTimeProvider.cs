namespace LoadBalancing.Client.TestSupport;

/// <summary>The system clock, which counts timers that have not been disposed.</summary>
public sealed class CountingTimeProvider : TimeProvider
{
    private int _alive;

    public int TimersAlive => Volatile.Read(ref _alive);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _alive);
        return new CountedTimer(this, base.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class CountedTimer(CountingTimeProvider owner, ITimer inner) : ITimer
    {
        private int _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

        public void Dispose()
        {
            inner.Dispose();
            CountDisposal();
        }

        public ValueTask DisposeAsync()
        {
            CountDisposal();
            return inner.DisposeAsync();
        }

        private void CountDisposal()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                Interlocked.Decrement(ref owner._alive);
            }
        }
    }
}
