using System.Numerics;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>A monotonic counter, striped over the processors so that an increment is usually uncontended. Thread-safe.</summary>
internal sealed class RequestCount
{
    private readonly Cell[] _cells = new Cell[BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    /// <summary>The sum. Concurrent increments may or may not be included.</summary>
    public long Total
    {
        get
        {
            long total = 0;
            foreach (ref Cell cell in _cells.AsSpan())
            {
                total += Volatile.Read(ref cell.Value);
            }

            return total;
        }
    }

    public void Increment() => Interlocked.Increment(ref _cells[Thread.GetCurrentProcessorId() & (_cells.Length - 1)].Value);

    /// <summary>Two cache lines wide: processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(64)]
        public long Value;
    }
}
