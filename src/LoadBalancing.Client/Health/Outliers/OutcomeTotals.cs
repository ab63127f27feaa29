namespace LoadBalancing.Client;

/// <summary>A number of attempts, and how many of them succeeded.</summary>
internal readonly record struct OutcomeTotals(uint Succeeded, uint Total)
{
    public uint Failed => Total - Succeeded;

    /// <summary>The share of successes, in percent. Requires a total above 0.</summary>
    public double SuccessPercent => 100.0 * Succeeded / Total;
}
