namespace LoadBalancing.Client;

/// <summary>The configured behavior of an endpoint: its processing time and replies, drawn from the endpoint's own random source.</summary>
internal sealed class VirtualBehavior
{
    private readonly Lock _faultsLock = new();
    private readonly TimeProvider _clock;
    private readonly RandomSource _random;
    private (VirtualReply Reply, double Percent)[] _faults = [];
    private WarmUp? _warmUp;

    public VirtualBehavior(TimeProvider clock, RandomSource random)
    {
        _clock = clock;
        _random = random;
    }

    public VirtualLatency Latency { get; set; } = VirtualLatency.Fixed(TimeSpan.FromMilliseconds(1));

    public Func<VirtualCall, VirtualReply> Reply { get; set; } = static _ => VirtualReply.Ok;

    public void AddFault(VirtualReply reply, double percent)
    {
        lock (_faultsLock)
        {
            Volatile.Write(ref _faults, [.. _faults, (reply, percent)]);
        }
    }

    public void ClearFaults()
    {
        lock (_faultsLock)
        {
            Volatile.Write(ref _faults, []);
        }
    }

    public void StartWarmUp(TimeSpan duration, double slowdown) => Volatile.Write(ref _warmUp, new WarmUp(_clock.GetTimestamp(), duration, slowdown));

    public (VirtualReply Reply, TimeSpan Time) Decide(in VirtualCall call)
    {
        TimeSpan time = Latency.Draw(_random) * GetSlowdown();
        foreach ((VirtualReply fault, double percent) in Volatile.Read(ref _faults))
        {
            if (percent >= 100 || _random.NextDouble() * 100 < percent)
            {
                return (fault, time);
            }
        }

        return (Reply(call), time);
    }

    private double GetSlowdown()
    {
        if (Volatile.Read(ref _warmUp) is not { } warmUp)
        {
            return 1;
        }

        double progress = _clock.GetElapsedTime(warmUp.Since) / warmUp.Duration;
        if (!(progress < 1))
        {
            Volatile.Write(ref _warmUp, null);
            return 1;
        }

        return warmUp.Slowdown - ((warmUp.Slowdown - 1) * progress);
    }

    private sealed record WarmUp(long Since, TimeSpan Duration, double Slowdown);
}
