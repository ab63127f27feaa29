namespace LoadBalancing.Client;

/// <summary>One timer, which is its own node in the heap.</summary>
internal sealed class VirtualTimer : ITimer
{
    public const int NotArmed = -1;

    private readonly VirtualClock _clock;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context;

    public VirtualTimer(VirtualClock clock, TimerCallback callback, object? state, bool isCounted)
    {
        IsCounted = isCounted;
        _clock = clock;
        _callback = callback;
        _state = state;
        _context = ExecutionContext.Capture();
    }

    /// <summary>Ticks of the clock at which it fires next.</summary>
    public long Due { get; set; }

    /// <summary>When it was armed, counted over all timers: of two that are due at the same time the one armed first fires first.</summary>
    public long Order { get; set; }

    /// <summary>Ticks between two fires; 0 to fire once.</summary>
    public long Period { get; set; }

    /// <summary>Its place in the heap, or <see cref="NotArmed"/>.</summary>
    public int Position { get; set; } = NotArmed;

    public bool IsCounted { get; }

    public bool IsDisposed { get; set; }

    /// <summary>Whose code it runs, for messages.</summary>
    public string Name => MethodNames.Describe(_callback.Method);

    public bool Change(TimeSpan dueTime, TimeSpan period) => _clock.Arm(this, dueTime, period);

    public void Dispose() => _clock.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    public void Fire()
    {
        if (_context is null)
        {
            _callback(_state);
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((VirtualTimer)timer!).Call(), this);
        }
    }

    private void Call() => _callback(_state);
}
