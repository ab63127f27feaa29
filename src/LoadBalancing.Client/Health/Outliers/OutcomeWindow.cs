using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// A sliding window of attempts in ten buckets, for one generation of an endpoint. A bucket is one word that includes its time: counting into an
/// outdated bucket resets it in the same step, so nothing has to rotate the ring, and after a pause it is empty.
/// </summary>
internal sealed class OutcomeWindow
{
    public const int Buckets = 10;

    private const int CountBits = 20;
    private const ulong CountMask = (1UL << CountBits) - 1;
    private const uint StepMask = (1u << 24) - 1;

    private Ring _buckets;
    private long _lastFailure = -Buckets;

    /// <param name="generation">The generation of the endpoint.</param>
    /// <param name="stepTicks">The length of a step. Steps of different lengths are not comparable.</param>
    public OutcomeWindow(uint generation, long stepTicks)
    {
        Generation = generation;
        StepTicks = stepTicks;
    }

    public uint Generation { get; }

    public long StepTicks { get; }

    /// <summary>Whether the window that ends with this step may contain a failure. Without one there is nothing to evaluate.</summary>
    public bool HasFailures(long step)
    {
        Interleaving.Reads(this);
        return step - Volatile.Read(ref _lastFailure) < Buckets;
    }

    /// <param name="step">The number of steps since the epoch; a step is a tenth of the window.</param>
    /// <param name="success">Whether the attempt succeeded.</param>
    public void Add(long step, bool success)
    {
        if (!success)
        {
            // Before the failure is counted: a concurrent success is counted before it reads this, so one of the two sees both.
            Interleaving.Writes(this);
            Volatile.Write(ref _lastFailure, step);
        }

        ref ulong bucket = ref _buckets[(int)(step % Buckets)];
        uint time = (uint)step & StepMask;
        while (true)
        {
            Interleaving.Reads(this);
            ulong word = Volatile.Read(ref bucket);
            uint begun = TimeOf(word);
            if ((int)((time - begun) << 8) < 0)
            {
                // The bucket has a later time: this report was delayed by at least the whole window. (Times wrap; half the range is far enough.)
                return;
            }

            ulong total = begun == time ? word & CountMask : 0;
            ulong succeeded = begun == time ? (word >> CountBits) & CountMask : 0;
            if (total == CountMask)
            {
                return;
            }

            ulong next = ((ulong)time << (2 * CountBits)) | ((succeeded + (success ? 1UL : 0)) << CountBits) | (total + 1);
            Interleaving.Writes(this);
            if (Interlocked.CompareExchange(ref bucket, next, word) == word)
            {
                return;
            }
        }
    }

    /// <summary>Counts the attempts in the window that ends with this step.</summary>
    public OutcomeTotals Count(long step)
    {
        uint time = (uint)step & StepMask;
        uint succeeded = 0;
        uint total = 0;
        for (int i = 0; i < Buckets; i++)
        {
            Interleaving.Reads(this);
            ulong word = Volatile.Read(ref _buckets[i]);
            if (((time - TimeOf(word)) & StepMask) < Buckets)
            {
                succeeded += (uint)((word >> CountBits) & CountMask);
                total += (uint)(word & CountMask);
            }
        }

        return new OutcomeTotals(succeeded, total);
    }

    private static uint TimeOf(ulong word) => (uint)(word >> (2 * CountBits));

    [InlineArray(Buckets)]
    private struct Ring
    {
        private ulong _first;
    }
}
