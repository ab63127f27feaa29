namespace LoadBalancing.Client;

/// <summary>Holds the counters of one address; shared by reference.</summary>
/// <remarks>
/// Latency is kept only if a strategy uses it. Times are timestamps of the balancer's time provider. The age of the oldest attempt without a response is
/// computed from eight of them, which is exact up to eight at a time;
/// attempts that start while eight are waiting are not tracked. A stalled endpoint keeps those eight waiting, and that is when the age is needed.
/// </remarks>
internal sealed class EndpointLoad
{
    /// <summary>The first and the last byte, from the beginning of the object, that every attempt reads and writes.</summary>
    internal const int FirstUsedByte = 76, LastUsedByte = 111;

    /// <summary>
    /// Of this many first samples only the smallest counts: meanwhile connections are opened, and the server compiles and fills its caches. Below this number,
    /// an endpoint is too new to be judged.
    /// </summary>
    public const int MinSamples = 5;

    /// <summary>
    /// In this part of the decay time an average that is not confirmed gives way to a sample that is much better: the reason for it has passed.
    /// </summary>
    public const double FadeTime = 0.6;

    /// <summary>The part of the average below which a sample is much better.</summary>
    private const double MuchBetter = 0.5;

    private EndpointCounters _counters;
    private ICapacityWatcher[]? _watchers;

    public EndpointLoad() => _counters.OldestWaiting = long.MaxValue;

    public int InFlight => Volatile.Read(ref _counters.InFlight);

    public long Succeeded => Volatile.Read(ref _counters.Succeeded);

    public long Failed => Volatile.Read(ref _counters.Failed);

    public long Neutral => Volatile.Read(ref _counters.Neutral);

    /// <summary>The average at the time of the last sample, in seconds.</summary>
    public double Latency => Volatile.Read(ref _counters.Latency);

    /// <summary>The timestamp of the last sample.</summary>
    public long LastSampleAt => Volatile.Read(ref _counters.LastSampleAt);

    /// <summary>The timestamp at which the last attempt started; 0 before the first.</summary>
    public long LastStartedAt => Volatile.Read(ref _counters.LastStartedAt);

    /// <summary>The number of samples since the average began; no longer incremented at <see cref="int.MaxValue"/>.</summary>
    public int Samples => Volatile.Read(ref _counters.Samples);

    /// <summary>The timestamp until which the endpoint asked to receive no traffic; 0 if it never did.</summary>
    public long AvoidUntil
    {
        get => Volatile.Read(ref _counters.AvoidUntil);
        set => Volatile.Write(ref _counters.AvoidUntil, value);
    }

    /// <summary>The start of the oldest attempt that waits for its response; <see cref="long.MaxValue"/> when there is none.</summary>
    public long OldestWaiting => Volatile.Read(ref _counters.OldestWaiting);

    /// <summary>The watchers of clusters in which attempts may wait for capacity at this address; null where none limits it.</summary>
    public ICapacityWatcher[]? Watchers => Volatile.Read(ref _counters.WasWatched) ? Volatile.Read(ref _watchers) : null;

    /// <summary>Prefetches what an attempt reads and writes, without dereferencing it.</summary>
    public static void Prefetch(EndpointLoad load)
    {
        CacheLine.Prefetch(load, FirstUsedByte);
        CacheLine.Prefetch(load, LastUsedByte);
    }

    public void Begin() => Interlocked.Increment(ref _counters.InFlight);

    /// <summary>Starts an attempt if fewer than <paramref name="limit"/> are in flight.</summary>
    public bool TryBegin(int limit)
    {
        int inFlight = InFlight;
        while (inFlight < limit)
        {
            int seen = Interlocked.CompareExchange(ref _counters.InFlight, inFlight + 1, inFlight);
            if (seen == inFlight)
            {
                return true;
            }

            inFlight = seen;
        }

        return false;
    }

    /// <summary>Notifies a cluster whenever an attempt at this address ends, whichever cluster made it.</summary>
    public void Watch(ICapacityWatcher watcher)
    {
        // Never reset: the flag lies beside the counters, which every attempt touches anyway; only if it is set is another cache line read.
        Volatile.Write(ref _counters.WasWatched, true);
        ChangeWatchers(watchers => Array.IndexOf(watchers, watcher) >= 0 ? watchers : [.. watchers, watcher]);
    }

    public void Unwatch(ICapacityWatcher watcher) =>
        ChangeWatchers(watchers => Array.IndexOf(watchers, watcher) < 0 ? watchers : [.. watchers.Where(other => other != watcher)]);

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

    /// <summary>Records that an attempt waits for its response.</summary>
    /// <returns>The index of its entry, to be passed to <see cref="EndWaiting"/>; negative when all are taken.</returns>
    public int BeginWaiting(long now)
    {
        Volatile.Write(ref _counters.LastStartedAt, now);
        for (int i = 0; i < WaitingAttempts.Length; i++)
        {
            if (Volatile.Read(ref _counters.Waiting[i]) == 0 && Interlocked.CompareExchange(ref _counters.Waiting[i], now, 0) == 0)
            {
                Interlocked.CompareExchange(ref _counters.OldestWaiting, now, long.MaxValue);
                return i;
            }
        }

        return -1;
    }

    /// <summary>The attempt of this entry has its response, or will not get one.</summary>
    public void EndWaiting(int index)
    {
        long seen = Interlocked.Exchange(ref _counters.Waiting[index], 0);
        while (true)
        {
            // The attempt found may end, and another may start, before its value is stored here; both then still see the old value and leave the next search to
            // this loop.
            long oldest = FindOldest();
            if (oldest == seen || Interlocked.CompareExchange(ref _counters.OldestWaiting, oldest, seen) != seen)
            {
                return;
            }

            seen = oldest;
        }
    }

    /// <summary>Adds a sample to the average. No sample is lost to concurrent calls.</summary>
    /// <param name="sample">The response time, in seconds.</param>
    /// <param name="now">The timestamp of its end.</param>
    /// <param name="decay">The decay time, in timestamps.</param>
    public void AddLatency(double sample, long now, double decay)
    {
        int samples = Samples;
        bool restarts;
        while (true)
        {
            double known = Latency;
            double idle = Math.Max(0, now - LastSampleAt) / decay;
            double faded = samples >= MinSamples && sample < MuchBetter * known ? idle / FadeTime : 0;
            restarts = samples == 0 || faded >= 1;
            double average = restarts ? sample
                : samples < MinSamples ? Math.Min(known, sample)
                : known + (Math.Max(faded, WeightOf(samples, idle)) * (sample - known));
            if (Interlocked.CompareExchange(ref _counters.Latency, average, known) == known)
            {
                break;
            }
        }

        // Written after the average and read before it: an old average with a new timestamp would look like one just confirmed.
        Volatile.Write(ref _counters.LastSampleAt, now);
        if (restarts && samples > 0)
        {
            Volatile.Write(ref _counters.Samples, 1);
        }
        else if (samples < int.MaxValue)
        {
            Interlocked.Increment(ref _counters.Samples);
        }
    }

    /// <summary>
    /// The weight of a sample: that of a mean of all while they are few, later such that it falls by a factor of e in each decay time. Without the first part,
    /// the samples of the first moments would count for a whole decay time.
    /// </summary>
    private static double WeightOf(int samples, double idle) => Math.Max(1.0 / samples, 1 - Math.Exp(-idle));

    private void ChangeWatchers(Func<ICapacityWatcher[], ICapacityWatcher[]> change)
    {
        ICapacityWatcher[]? before = Watchers;
        while (true)
        {
            ICapacityWatcher[] after = change(before ?? []);
            ICapacityWatcher[]? seen = Interlocked.CompareExchange(ref _watchers, after.Length == 0 ? null : after, before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }

    private long FindOldest()
    {
        long oldest = long.MaxValue;
        for (int i = 0; i < WaitingAttempts.Length; i++)
        {
            long start = Volatile.Read(ref _counters.Waiting[i]);
            oldest = start != 0 && start < oldest ? start : oldest;
        }

        return oldest;
    }
}
