namespace LoadBalancing.Client;

/// <summary>
/// The order of turns of one round. With equal weights it is the level itself. Otherwise every endpoint gets turns in proportion to its
/// weight, each endpoint's turns evenly spaced: the k-th of c turns is due at (k + phase) / c of the round, and turns are taken in the order in which they are due.
/// </summary>
/// <remarks>
/// Earliest deadline first, computed once when the level changes instead of with a heap under a lock on every pick. The phases are multiples of the golden ratio (a Weyl sequence), so that
/// endpoints of the same weight do not fall due together, which is what makes bursts.
/// </remarks>
internal static class RoundRobinSchedule
{
    /// <summary>The longest round for weights that are no small whole numbers; shares are then exact to this fraction of the total.</summary>
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

        // Everybody keeps at least one turn: a small weight means little traffic, not none.
        return [.. weights.Select(weight => Math.Max(1, (int)Math.Round(weight / total * MaxRoundLength)))];
    }

    private static UpstreamEndpoint[] Spread(UpstreamEndpoint[] endpoints, int[] turns)
    {
        int length = turns.Sum();
        var due = new double[length];
        var schedule = new UpstreamEndpoint[length];
        int next = 0;
        for (int i = 0; i < endpoints.Length; i++)
        {
            double phase = (i + 1) * GoldenRatio % 1;
            for (int k = 0; k < turns[i]; k++, next++)
            {
                due[next] = (k + phase) / turns[i];
                schedule[next] = endpoints[i];
            }
        }

        Array.Sort(due, schedule);
        return schedule;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
