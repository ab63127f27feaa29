namespace LoadBalancing.Client;

/// <summary>A timer, which is also its node in the heap.</summary>
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

    /// <summary>The tick of the clock at which it fires next.</summary>
    public long Due { get; set; }

    /// <summary>A sequence number assigned when it is armed; timers due at the same time fire in this order.</summary>
    public long Order { get; set; }

    /// <summary>Ticks between fires; 0 to fire once.</summary>
    public long Period { get; set; }

    /// <summary>Its position in the heap, or <see cref="NotArmed"/>.</summary>
    public int Position { get; set; } = NotArmed;

    public bool IsCounted { get; }

    public bool IsDisposed { get; set; }

    /// <summary>The name of the callback, for messages.</summary>
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
