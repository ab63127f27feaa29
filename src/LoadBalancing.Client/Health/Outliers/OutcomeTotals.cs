namespace LoadBalancing.Client;

/// <summary>So many of so many.</summary>
internal readonly record struct OutcomeTotals(uint Succeeded, uint Total)
{
    public uint Failed => Total - Succeeded;

    /// <summary>In percent. Asked only of a total above 0.</summary>
    public double SuccessPercent => 100.0 * Succeeded / Total;
}
