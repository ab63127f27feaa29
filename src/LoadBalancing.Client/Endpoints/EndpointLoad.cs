namespace LoadBalancing.Client;

/// <summary>Holder of the counters of one address, shared by reference.</summary>
/// <remarks>
/// Of latency, only what a strategy asked for is kept. Moments are timestamps of the balancer's time provider. The age of the oldest attempt without an answer is known from eight of them, which is exact up to eight at a time;
/// attempts that begin while eight are waiting are not looked at. An endpoint that stands still keeps those eight waiting, and that is when the age is needed.
/// </remarks>
internal sealed class EndpointLoad
{
    /// <summary>The first and the last byte, from the beginning of the object, of what every attempt reads and writes.</summary>
    internal const int FirstUsedByte = 76, LastUsedByte = 111;

    private EndpointCounters _counters;
    private ICapacityWatcher[]? _watchers;

    public EndpointLoad() => _counters.OldestWaiting = long.MaxValue;

    public int InFlight => Volatile.Read(ref _counters.InFlight);

    public long Succeeded => Volatile.Read(ref _counters.Succeeded);

    public long Failed => Volatile.Read(ref _counters.Failed);

    public long Neutral => Volatile.Read(ref _counters.Neutral);

    /// <summary>The average at the time of the last sample, in seconds.</summary>
    public double Latency => Volatile.Read(ref _counters.Latency);

    /// <summary>When the last sample came.</summary>
    public long LastSampleAt => Volatile.Read(ref _counters.LastSampleAt);

    /// <summary>How many samples there were. Not counted on once they are enough to go by.</summary>
    public int Samples => Volatile.Read(ref _counters.Samples);

    /// <summary>Until when the endpoint asked to be left alone; 0 when it never did.</summary>
    public long AvoidUntil
    {
        get => Volatile.Read(ref _counters.AvoidUntil);
        set => Volatile.Write(ref _counters.AvoidUntil, value);
    }

    /// <summary>The start of the oldest attempt that waits for its answer; the largest number when there is none.</summary>
    public long OldestWaiting => Volatile.Read(ref _counters.OldestWaiting);

    /// <summary>The clusters in which something may wait for room at this address; null where nobody limits it.</summary>
    public ICapacityWatcher[]? Watchers => Volatile.Read(ref _counters.WasWatched) ? Volatile.Read(ref _watchers) : null;

    /// <summary>Has the processor fetch what an attempt reads and writes, without looking at it.</summary>
    public static void Prefetch(EndpointLoad load)
    {
        CacheLine.Prefetch(load, FirstUsedByte);
        CacheLine.Prefetch(load, LastUsedByte);
    }

    public void Begin() => Interlocked.Increment(ref _counters.InFlight);

    /// <summary>Begins an attempt if there are fewer than so many.</summary>
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

    /// <summary>Notifies a cluster of the end of each attempt on this address, whichever cluster made it.</summary>
    public void Watch(ICapacityWatcher watcher)
    {
        // Never taken back: whoever watched is looked for beside the counters, which every attempt touches anyway, and only then in another cache line.
        Volatile.Write(ref _counters.WasWatched, true);
        ChangeWatchers(watchers => Array.IndexOf(watchers, watcher) >= 0 ? watchers : [.. watchers, watcher]);
    }

    public void Unwatch(ICapacityWatcher watcher) => ChangeWatchers(watchers => Array.IndexOf(watchers, watcher) < 0 ? watchers : [.. watchers.Where(other => other != watcher)]);

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

    /// <summary>Notes that an attempt waits for its answer since now.</summary>
    /// <returns>Its place, to be given up by <see cref="EndWaiting"/>; negative when all were taken.</returns>
    public int BeginWaiting(long now)
    {
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

    /// <summary>The attempt in this place has its answer, or will have none.</summary>
    public void EndWaiting(int place)
    {
        long seen = Interlocked.Exchange(ref _counters.Waiting[place], 0);
        while (true)
        {
            // The one that is found may end, and another may begin, before it is noted here; both then find the old value still there and leave it to us to look again.
            long oldest = FindOldest();
            if (oldest == seen || Interlocked.CompareExchange(ref _counters.OldestWaiting, oldest, seen) != seen)
            {
                return;
            }

            seen = oldest;
        }
    }

    /// <summary>Takes a sample into the average. No sample is lost, whoever else comes at the same time.</summary>
    /// <param name="sample">How long an answer took, in seconds.</param>
    /// <param name="now">The timestamp of its end.</param>
    /// <param name="decay">The decay time, in timestamps.</param>
    public void AddLatency(double sample, long now, double decay)
    {
        int samples = Samples;
        while (true)
        {
            long at = LastSampleAt;
            double known = Latency;
            double kept = samples == 0 ? 0 : Math.Exp(-Math.Max(0, now - at) / decay);
            double average = (kept * known) + ((1 - kept) * sample);
            if (Interlocked.CompareExchange(ref _counters.Latency, average, known) == known)
            {
                break;
            }
        }

        // After the average, and read before it: an old average with a new time would pass for one that was just confirmed.
        Volatile.Write(ref _counters.LastSampleAt, now);
        if (samples < int.MaxValue)
        {
            Interlocked.Increment(ref _counters.Samples);
        }
    }

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
