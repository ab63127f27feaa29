namespace LoadBalancing.Client;

/// <summary>
/// The order of endpoints in one round. With equal weights it is the level itself. Otherwise every endpoint gets positions in proportion to its
/// weight, evenly spaced: the k-th of c positions is due at (k + phase) / c of the round, and positions are ordered by when they are due.
/// </summary>
/// <remarks>
/// Earliest deadline first, computed once when the level changes, instead of with a heap under a lock on every pick. The phases are multiples of the golden
/// ratio (a Weyl sequence), so that
/// endpoints of the same weight are not due at the same time, which would cause bursts.
/// </remarks>
internal static class RoundRobinSchedule
{
    /// <summary>The longest round for weights that are not small integers; shares are then exact to this fraction of the total.</summary>
    internal const int MaxRoundLength = 1 << 16;

    private const double GoldenRatio = 0.61803398874989485;

    public static UpstreamEndpoint[] Build(EndpointLevel level)
    {
        UpstreamEndpoint[] endpoints = [.. level.Endpoints];
        return level.HasEqualWeights ? endpoints : Spread(endpoints, CountPositions(level.Weights));
    }

    internal static int[] CountPositions(IReadOnlyList<double> weights)
    {
        double total = weights.Sum();
        if (total <= MaxRoundLength && weights.All(static weight => weight == Math.Floor(weight)))
        {
            int divisor = weights.Aggregate(0, static (gcd, weight) => GreatestCommonDivisor(gcd, (int)weight));
            return [.. weights.Select(weight => (int)weight / divisor)];
        }

        // Every endpoint keeps at least one position: a small weight means little traffic, not none.
        return [.. weights.Select(weight => Math.Max(1, (int)Math.Round(weight / total * MaxRoundLength)))];
    }

    private static UpstreamEndpoint[] Spread(UpstreamEndpoint[] endpoints, int[] counts)
    {
        int length = counts.Sum();
        var due = new double[length];
        var schedule = new UpstreamEndpoint[length];
        int next = 0;
        for (int i = 0; i < endpoints.Length; i++)
        {
            double phase = (i + 1) * GoldenRatio % 1;
            for (int k = 0; k < counts[i]; k++, next++)
            {
                due[next] = (k + phase) / counts[i];
                schedule[next] = endpoints[i];
            }
        }

        Array.Sort(due, schedule);
        return schedule;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
