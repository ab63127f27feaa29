namespace LoadBalancing.Client;

/// <summary>One ejection: which life of the endpoint it ended, when it is over, and why it came.</summary>
/// <param name="Generation">The generation that the ejection began.</param>
/// <param name="StartedAt">Timestamp of the time provider at which it began.</param>
/// <param name="Length">The least time to stay out.</param>
/// <param name="Until">Wall-clock moment at which the least time is over, for people.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record EjectionRecord(uint Generation, long StartedAt, TimeSpan Length, DateTimeOffset Until, string Reason);

/// <summary>How often an endpoint was ejected lately.</summary>
internal sealed class EjectionHistory
{
    private int _multiplier;

    /// <summary>The number of the sweep that brought it back last; 0 before the first. Only sweeps touch it.</summary>
    public long ReturnedInSweep { get; set; }

    public int Multiplier => Volatile.Read(ref _multiplier);

    public bool TryChangeMultiplier(int from, int to) => Interlocked.CompareExchange(ref _multiplier, to, from) == from;
}
