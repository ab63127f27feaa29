using System.Numerics;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// The rate part of a cluster's retry budget: within any ten seconds, retries are limited to a share of the requests started in them plus a fixed
/// number per second.
/// </summary>
/// <remarks>
/// Modelled on Finagle's retry budget, with the same defaults. Time is divided into seconds. The requests of the current second and the nine before
/// it count, and
/// the retries of the current second and the ten before it, so that no interval of ten seconds exceeds the limit:
/// <code>
///  retries    |--|--|--|--|--|--|--|--|--|--|-now
///  requests      |--|--|--|--|--|--|--|--|--|-now
/// </code>
/// A successful request costs a comparison and an increment. The first request or retry of a new second records the number of requests so far. Thread-safe.
/// </remarks>
internal sealed class RetryRateBudget
{
    /// <summary>The window of the budget, in seconds.</summary>
    public const int Window = 10;

    private const int BucketCount = Window + 1;

    private readonly Lock _lock = new();
    private readonly RequestCount _requests = new();
    private readonly long _secondLength;
    private readonly long _origin;

    /// <summary>The number of requests before each second, and the number of retries in it; indexed by the second modulo the array length.</summary>
    private readonly long[] _requestsBefore = new long[BucketCount];
    private readonly int[] _retriesIn = new int[BucketCount];

    /// <summary>Starts high enough that the window of the first second does not go below zero.</summary>
    private long _second = BucketCount;
    private long _secondEnds;
    private double _share;
    private double _minRetries;

    public RetryRateBudget(TimeProvider timeProvider)
    {
        _secondLength = timeProvider.TimestampFrequency;
        _origin = timeProvider.GetTimestamp();
        _secondEnds = _origin + _secondLength;
    }

    public void Configure(double share, double minPerSecond)
    {
        lock (_lock)
        {
            _share = share;
            _minRetries = minPerSecond * Window;
        }
    }

    /// <summary>Counts the start of a request.</summary>
    public void OnRequest(long now)
    {
        if (now >= Volatile.Read(ref _secondEnds))
        {
            lock (_lock)
            {
                Advance(now);
            }
        }

        _requests.Increment();
    }

    /// <summary>Takes one retry from the budget if it is not exhausted.</summary>
    public bool TrySpend(long now)
    {
        lock (_lock)
        {
            Advance(now);
            long requests = _requests.Total - _requestsBefore[(_second - Window + 1) % BucketCount];
            long retries = 0;
            foreach (int count in _retriesIn)
            {
                retries += count;
            }

            if (retries + 1 > (_share * requests) + _minRetries)
            {
                return false;
            }

            _retriesIn[_second % BucketCount]++;
            return true;
        }
    }

    private void Advance(long now)
    {
        if (now < _secondEnds)
        {
            return;
        }

        long total = _requests.Total;
        long passed = 1 + ((now - _secondEnds) / _secondLength);
        for (long i = 0; i < Math.Min(passed, BucketCount); i++)
        {
            // After a long idle time only the last seconds matter, and nothing happened in them.
            long second = _second + passed - i;
            _requestsBefore[second % BucketCount] = total;
            _retriesIn[second % BucketCount] = 0;
        }

        _second += passed;
        Volatile.Write(ref _secondEnds, _secondEnds + (passed * _secondLength));
    }

    /// <summary>A monotonic counter, striped over the processors so that an increment is usually uncontended. Thread-safe.</summary>
    private sealed class RequestCount
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
}
