namespace LoadBalancing.Client;

/// <summary>
/// The current step (a tenth of the window), without reading the clock, which is more expensive than everything else in a successful attempt. A timer
/// advances the step while there are such attempts.
/// </summary>
internal sealed class WindowSteps : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly SweepTimer _timer;
    private readonly long _epoch;
    private long _current;

    /// <param name="length">The length of a step.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="epoch">The timestamp at which the first step began.</param>
    public WindowSteps(TimeSpan length, TimeProvider timeProvider, long epoch)
    {
        _timeProvider = timeProvider;
        _epoch = epoch;
        Ticks = length.Ticks;
        _timer = new SweepTimer(Turn, length, timeProvider, epoch);
    }

    /// <summary>The length of a step.</summary>
    public long Ticks { get; }

    /// <summary>The step as of the last beat; behind the clock by the delay of the timer.</summary>
    public long Current
    {
        get
        {
            if (!_timer.IsArmed)
            {
                // First the step, then the timer: a reader that finds the timer armed uses the step as it is.
                Advance();
                _timer.Arm();
            }

            return Volatile.Read(ref _current);
        }
    }

    /// <summary>The current step, read from the clock.</summary>
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
