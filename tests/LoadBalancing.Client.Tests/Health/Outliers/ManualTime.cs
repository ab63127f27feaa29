namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>A clock with one timer, which fires when the test calls Fire.</summary>
internal sealed class ManualTime : TimeProvider
{
    private Action? _fire;

    public TimeSpan Now { get; set; }

    /// <summary>The due time of the timer.</summary>
    public List<TimeSpan> Set { get; } = [];

    public bool IsDisposed { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal((Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), (dueTime, period));
        _fire = () => callback(state);
        return new OneTimer(this);
    }

    public void Fire() => _fire!();

    private sealed class OneTimer(ManualTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ObjectDisposedException.ThrowIf(time.IsDisposed, this);
            Assert.Equal(Timeout.InfiniteTimeSpan, period);
            time.Set.Add(dueTime);
            return true;
        }

        public void Dispose() => time.IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
