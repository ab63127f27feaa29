namespace LoadBalancing.Client;

/// <summary>
/// Starts sweeps at fixed beats, whole numbers of intervals since the start, so that sweeps keep their schedule even if some are skipped. The timer
/// runs only while it is armed.
/// </summary>
internal sealed class SweepTimer : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly Action _sweep;
    private readonly ITimer _timer;
    private readonly long _epoch;
    private long _intervalTicks;
    private long _lastBeat;
    private int _armed;
    private bool _disposed;

    public SweepTimer(Action sweep, TimeSpan interval, TimeProvider timeProvider, long epoch)
    {
        _sweep = sweep;
        _timeProvider = timeProvider;
        _epoch = epoch;
        _intervalTicks = interval.Ticks;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(static self => ((SweepTimer)self!)._sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether a sweep is scheduled.</summary>
    public bool IsArmed
    {
        get
        {
            Interleaving.Reads(this);
            return Volatile.Read(ref _armed) != 0;
        }
    }

    private TimeSpan Interval => TimeSpan.FromTicks(Volatile.Read(ref _intervalTicks));

    /// <summary>Schedules a sweep for the next beat.</summary>
    public void Arm()
    {
        Interleaving.Writes(this);
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
        {
            Set();
        }
    }

    /// <summary>Called at the start of a sweep: a call of <see cref="Arm"/> from here on schedules another sweep.</summary>
    public void Begin()
    {
        Interleaving.Writes(this);
        Interlocked.Exchange(ref _armed, 0);
        Volatile.Write(ref _lastBeat, (long)Math.Round(_timeProvider.GetElapsedTime(_epoch) / Interval));
    }

    public void Configure(TimeSpan interval)
    {
        Volatile.Write(ref _intervalTicks, interval.Ticks);
        Volatile.Write(ref _lastBeat, 0);
        if (Volatile.Read(ref _armed) != 0)
        {
            Set();
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        _timer.Dispose();
    }

    /// <summary>Sets the timer to the next beat. A timer that fires slightly early must not cause a second sweep on the same beat.</summary>
    private void Set()
    {
        TimeSpan interval = Interval;
        TimeSpan sinceStart = _timeProvider.GetElapsedTime(_epoch);
        long beat = Math.Max((sinceStart.Ticks / interval.Ticks) + 1, Volatile.Read(ref _lastBeat) + 1);
        if (!Volatile.Read(ref _disposed))
        {
            _timer.Change(TimeSpan.FromTicks(beat * interval.Ticks) - sinceStart, Timeout.InfiniteTimeSpan);
        }
    }
}
