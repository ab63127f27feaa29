namespace LoadBalancing.Client;

/// <summary>
/// In which tenth of the window it is now, without a look at the clock, which costs more than everything else about an attempt that went well. A timer turns the steps while there are such attempts.
/// </summary>
internal sealed class WindowSteps : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly SweepTimer _timer;
    private readonly long _epoch;
    private long _current;

    /// <param name="length">How long a step is.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="epoch">When the first one began.</param>
    public WindowSteps(TimeSpan length, TimeProvider timeProvider, long epoch)
    {
        _timeProvider = timeProvider;
        _epoch = epoch;
        Ticks = length.Ticks;
        _timer = new SweepTimer(Turn, length, timeProvider, epoch);
    }

    /// <summary>How long a step is.</summary>
    public long Ticks { get; }

    /// <summary>The step as of the last beat; behind the clock by as much as the timer is late.</summary>
    public long Current
    {
        get
        {
            if (!_timer.IsArmed)
            {
                // First the step, then the timer: whoever finds it running takes the step as it is.
                Advance();
                _timer.Arm();
            }

            return Volatile.Read(ref _current);
        }
    }

    /// <summary>The step by the clock.</summary>
    public long Exact => _timeProvider.GetElapsedTime(_epoch).Ticks / Ticks;

    public void Dispose() => _timer.Dispose();

    private void Turn()
    {
        _timer.Begin();
        Advance();
    }

    private void Advance()
    {
        long now = Exact;
        long seen = Volatile.Read(ref _current);
        while (seen < now)
        {
            Interleaving.Writes(this);
            long found = Interlocked.CompareExchange(ref _current, now, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }
}
