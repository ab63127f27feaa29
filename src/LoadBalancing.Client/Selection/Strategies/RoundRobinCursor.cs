using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>The counter of a round robin, shared by successive pickers. On a cache line of its own: all threads write it.</summary>
internal sealed class RoundRobinCursor
{
    private PaddedCount _count;

    public RoundRobinCursor(ulong start) => _count.Value = start;

    /// <summary>The position returned last.</summary>
    public ulong Position => Volatile.Read(ref _count.Value);

    /// <summary>The next position; each is returned once.</summary>
    public ulong Advance() => Interlocked.Increment(ref _count.Value);

    [StructLayout(LayoutKind.Explicit, Size = 136)]
    private struct PaddedCount
    {
        [FieldOffset(64)]
        public ulong Value;
    }
}
