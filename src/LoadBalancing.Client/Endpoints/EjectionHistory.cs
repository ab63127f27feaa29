namespace LoadBalancing.Client;

/// <summary>How often an endpoint was ejected recently.</summary>
internal sealed class EjectionHistory
{
    private int _multiplier;
    private long _restoredInSweep;

    /// <summary>The number of the sweep that last restored it, or that followed its restoration; 0 before the first.</summary>
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
