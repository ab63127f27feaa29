using System.Numerics;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>A count that only grows, spread over the processors so that counting is an increment of a number which, as a rule, nobody else is writing.</summary>
internal sealed class RequestCount
{
    private readonly Cell[] _cells = new Cell[BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    /// <summary>The sum. What is counted at this very moment may or may not be in it.</summary>
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
