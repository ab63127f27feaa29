namespace LoadBalancing.Client;

/// <summary>One ejection: which life of the endpoint it ended, when it is over, and why it came.</summary>
/// <param name="Generation">The generation that the ejection began.</param>
/// <param name="StartedAt">Timestamp of the time provider at which it began.</param>
/// <param name="Duration">The least time to stay out.</param>
/// <param name="Until">Wall-clock moment at which the least time is over, for people.</param>
/// <param name="Detector">The detector that caused it.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record EjectionRecord(uint Generation, long StartedAt, TimeSpan Duration, DateTimeOffset Until, OutlierDetectorKind Detector, string Reason)
{
    /// <summary>Lets probes through when the time is up, where that is how endpoints return.</summary>
    public TrialGate TrialGate { get; } = new();
}

/// <summary>How often an endpoint was ejected lately.</summary>
internal sealed class EjectionHistory
{
    private int _multiplier;
    private long _restoredInSweep;

    /// <summary>The number of the sweep that brought it back last, or that followed its return; 0 before the first.</summary>
    public long RestoredInSweep
    {
        get => Volatile.Read(ref _restoredInSweep);
        set => Volatile.Write(ref _restoredInSweep, value);
    }

    public int Multiplier
    {
        get
        {
            Interleaving.Reads(this);
            return Volatile.Read(ref _multiplier);
        }
    }

    public bool TryChangeMultiplier(int from, int to)
    {
        Interleaving.Writes(this);
        return Interlocked.CompareExchange(ref _multiplier, to, from) == from;
    }
}
