namespace LoadBalancing.Client.TestSupport;

/// <summary>Pearson's chi-square test: whether counts are consistent with expected shares.</summary>
public static class ChiSquare
{
    /// <summary>The test statistic for expected weights.</summary>
    public static double Statistic(IReadOnlyList<int> counts, IReadOnlyList<double> weights)
    {
        double draws = counts.Sum();
        double total = weights.Sum();
        return counts.Zip(weights, (count, weight) => Math.Pow(count - (draws * weight / total), 2) / (draws * weight / total)).Sum();
    }

    /// <summary>The test statistic for equal shares.</summary>
    public static double Statistic(IReadOnlyList<int> counts) => Statistic(counts, [.. counts.Select(static _ => 1.0)]);

    /// <summary>The value that is exceeded with a probability of 0.1 % (Wilson-Hilferty approximation).</summary>
    /// <param name="cells">The number of counts.</param>
    public static double CriticalValue(int cells)
    {
        const double Quantile = 3.0902;
        double freedom = cells - 1;
        return freedom * Math.Pow(1 - (2 / (9 * freedom)) + (Quantile * Math.Sqrt(2 / (9 * freedom))), 3);
    }
}
