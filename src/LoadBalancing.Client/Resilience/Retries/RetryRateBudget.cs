namespace LoadBalancing.Client;

/// <summary>
/// The rate part of a cluster's budget: in any ten seconds there are at most so many retries as a share of the requests begun in them, and a fixed number per second on top.
/// </summary>
/// <remarks>
/// After Finagle's retry budget, with the same figures. Time is cut into seconds. The requests that count are those of the current second and the nine before it, the retries those of the current second and the
/// ten before it, so that neither lets a stretch of ten seconds have more than its due:
/// <code>
///  retries    |--|--|--|--|--|--|--|--|--|--|-now
///  requests      |--|--|--|--|--|--|--|--|--|-now
/// </code>
/// A request that goes well costs a comparison and an increment. Whoever is first in a new second, request or retry, writes down how many requests there were until then. Safe for several threads.
/// </remarks>
internal sealed class RetryRateBudget
{
    /// <summary>Over how many seconds shares are taken.</summary>
    public const int Window = 10;

    private const int BucketCount = Window + 1;

    private readonly Lock _lock = new();
    private readonly RequestCount _requests = new();
    private readonly long _secondLength;
    private readonly long _origin;

    /// <summary>How many requests there had been when a second began, and how many retries there were in it; by the second's number modulo their length.</summary>
    private readonly long[] _requestsBefore = new long[BucketCount];
    private readonly int[] _retriesIn = new int[BucketCount];

    /// <summary>Starts where the window of the first second does not reach below zero.</summary>
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

    /// <summary>A request begins.</summary>
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

    /// <summary>Takes one retry out of the budget, if there is one left in it.</summary>
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
            // After a long silence the last of the seconds are all that matter, and nothing happened in them.
            long second = _second + passed - i;
            _requestsBefore[second % BucketCount] = total;
            _retriesIn[second % BucketCount] = 0;
        }

        _second += passed;
        Volatile.Write(ref _secondEnds, _secondEnds + (passed * _secondLength));
    }
}
