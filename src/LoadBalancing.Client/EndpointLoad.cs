using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// What is under way at one address, and what came of the attempts made on it. It belongs to the address and not to the cluster:
/// clusters that overlap share it.
/// </summary>
/// <remarks>Padded to cache lines of its own: every attempt writes here, and neighbours in memory are read by every pick.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal struct EndpointCounters
{
    [FieldOffset(64)]
    public int InFlight;

    [FieldOffset(72)]
    public long Succeeded;

    [FieldOffset(80)]
    public long Failed;

    [FieldOffset(88)]
    public long Neutral;
}

/// <summary>Holder of the counters of one address, shared by reference.</summary>
internal sealed class EndpointLoad
{
    private EndpointCounters _counters;

    public int InFlight => Volatile.Read(ref _counters.InFlight);

    public long Succeeded => Volatile.Read(ref _counters.Succeeded);

    public long Failed => Volatile.Read(ref _counters.Failed);

    public long Neutral => Volatile.Read(ref _counters.Neutral);

    public void Begin() => Interlocked.Increment(ref _counters.InFlight);

    public void End(in AttemptOutcome outcome)
    {
        Interlocked.Decrement(ref _counters.InFlight);
        if (outcome.IsSuccess)
        {
            Interlocked.Increment(ref _counters.Succeeded);
        }
        else if (outcome.IsFailure)
        {
            Interlocked.Increment(ref _counters.Failed);
        }
        else
        {
            Interlocked.Increment(ref _counters.Neutral);
        }
    }
}
