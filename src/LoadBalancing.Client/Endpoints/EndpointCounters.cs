using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// Attempts in flight at one address, their outcomes, and their latency. Kept per address, not per cluster: overlapping clusters share it.
/// </summary>
/// <remarks>Padded to cache lines of its own: every attempt writes here, and every pick reads its neighbours in memory.</remarks>
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
    public long LastStartedAt;

    [FieldOffset(112)]
    public long AvoidUntil;

    [FieldOffset(120)]
    public long OldestWaiting;

    [FieldOffset(128)]
    public WaitingAttempts Waiting;

    /// <summary>Not read by picks.</summary>
    [FieldOffset(192)]
    public long LastSampleAt;
}
