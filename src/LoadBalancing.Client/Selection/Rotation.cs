using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>The count behind a rotation, shared by all pickers that carried on from one another. On a cache line of its own: all threads write it.</summary>
internal sealed class Rotation
{
    private Counter _counter;

    public Rotation(ulong start) => _counter.Value = start;

    /// <summary>The next ticket; each is given out once.</summary>
    public ulong Next() => Interlocked.Increment(ref _counter.Value);

    [StructLayout(LayoutKind.Explicit, Size = 136)]
    private struct Counter
    {
        [FieldOffset(64)]
        public ulong Value;
    }
}
