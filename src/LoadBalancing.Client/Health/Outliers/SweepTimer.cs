namespace LoadBalancing.Client;

/// <summary>
/// Calls for a sweep at a beat, a whole number of intervals since the start, so that sweeps keep their times whether or not each of them was needed. It runs only while it is asked to.
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

    /// <summary>Whether there is a sweep to come.</summary>
    public bool IsArmed
    {
        get
        {
            Interleaving.Reads(this);
            return Volatile.Read(ref _armed) != 0;
        }
    }

    private TimeSpan Interval => TimeSpan.FromTicks(Volatile.Read(ref _intervalTicks));

    /// <summary>Sees to it that there is a sweep at the next beat.</summary>
    public void Arm()
    {
        Interleaving.Writes(this);
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
        {
            Set();
        }
    }

    /// <summary>To be called first thing in a sweep: whatever asks for another one from here on gets it.</summary>
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

    /// <summary>A timer that fires a little early must not lead to a second sweep on the same beat.</summary>
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
