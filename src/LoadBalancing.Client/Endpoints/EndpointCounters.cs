using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// What is under way at one address, what came of the attempts made on it, and how long they took. It belongs to the address and not to the cluster:
/// clusters that overlap share it.
/// </summary>
/// <remarks>Padded to cache lines of its own: every attempt writes here, and neighbours in memory are read by every pick.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct EndpointCounters
{
    [FieldOffset(60)]
    public bool WasWatched;

    [FieldOffset(64)]
    public int InFlight;

    [FieldOffset(68)]
    public int Samples;

    [FieldOffset(72)]
    public long Succeeded;

    [FieldOffset(80)]
    public long Failed;

    [FieldOffset(88)]
    public long Neutral;

    [FieldOffset(96)]
    public double Latency;

    [FieldOffset(104)]
    public long LastSampleAt;

    [FieldOffset(112)]
    public long AvoidUntil;

    [FieldOffset(120)]
    public long OldestWaiting;

    [FieldOffset(128)]
    public WaitingAttempts Waiting;
}
