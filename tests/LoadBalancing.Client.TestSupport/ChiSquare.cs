namespace LoadBalancing.Client.TestSupport;

/// <summary>Whether counts can be the work of chance with given shares (Pearson's test).</summary>
public static class ChiSquare
{
    /// <summary>How far counts are from what was to be expected.</summary>
    public static double Statistic(IReadOnlyList<int> counts, IReadOnlyList<double> weights)
    {
        double draws = counts.Sum();
        double total = weights.Sum();
        return counts.Zip(weights, (count, weight) => Math.Pow(count - (draws * weight / total), 2) / (draws * weight / total)).Sum();
    }

    /// <summary>The same for equal shares.</summary>
    public static double Statistic(IReadOnlyList<int> counts) => Statistic(counts, [.. counts.Select(static _ => 1.0)]);

    /// <summary>What chance exceeds once in a thousand times (approximation of Wilson and Hilferty).</summary>
    /// <param name="cells">How many counts there are.</param>
    public static double CriticalValue(int cells)
    {
        const double Quantile = 3.0902;
        double freedom = cells - 1;
        return freedom * Math.Pow(1 - (2 / (9 * freedom)) + (Quantile * Math.Sqrt(2 / (9 * freedom))), 3);
    }
}
