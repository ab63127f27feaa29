namespace LoadBalancing.Client;

/// <summary>The number of turns of endpoints in a round, and their order.</summary>
internal static class RoundRobinOrder
{
    /// <summary>The longest round for weights that are not small integers; shares are then exact to this fraction of the total.</summary>
    internal const int MaxRoundLength = 1 << 16;

    /// <summary>Turns are due this many rounds from now at most, in either direction.</summary>
    private const int MaxRounds = 128;

    /// <summary>Bits for the fraction of a round, and for the index of an endpoint.</summary>
    private const int FractionBits = 32;
    private const int IndexBits = 24;

    /// <summary>The number of turns of each endpoint of a level in a round.</summary>
    public static int[] CountTurns(EndpointLevel level)
    {
        if (!level.HasEqualWeights)
        {
            return CountTurns(level.Weights);
        }

        int[] counts = new int[level.Endpoints.Count];
        Array.Fill(counts, 1);
        return counts;
    }

    /// <summary>The number of turns in a round for these weights.</summary>
    public static int[] CountTurns(IReadOnlyList<double> weights)
    {
        double total = weights.Sum();
        if (total <= MaxRoundLength && weights.All(static weight => weight == Math.Floor(weight)))
        {
            int divisor = weights.Aggregate(0, static (gcd, weight) => GreatestCommonDivisor(gcd, (int)weight));
            return [.. weights.Select(weight => (int)weight / divisor)];
        }

        // Every endpoint keeps at least one turn: a small weight means little traffic, not none.
        return [.. weights.Select(weight => Math.Max(1, (int)Math.Round(weight / total * MaxRoundLength)))];
    }

    /// <summary>The indices of endpoints, one for each turn of a round, ordered by when the turns are due.</summary>
    /// <param name="counts">The number of turns of each endpoint.</param>
    /// <param name="dues">When each is due first, in its own intervals.</param>
    public static int[] Of(int[] counts, double[] dues)
    {
        if (IsInOrder(counts, dues))
        {
            return [.. Enumerable.Range(0, counts.Length)];
        }

        // In one number, which is sorted faster than a pair: when a turn is due, and the endpoint, whose index decides between equals.
        ulong[] turns = new ulong[counts.Sum()];
        int next = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            for (int k = 0; k < counts[i]; k++)
            {
                double rounds = Math.Clamp((k + dues[i]) / counts[i], -MaxRounds, MaxRounds - 1);
                turns[next++] = ((ulong)Math.Round((rounds + MaxRounds) * (1L << FractionBits)) << IndexBits) | (uint)i;
            }
        }

        Array.Sort(turns);
        return Array.ConvertAll(turns, static turn => (int)turn & ((1 << IndexBits) - 1));
    }

    /// <summary>Whether each endpoint has one turn, in the order of the endpoints, as in most rotations that begin.</summary>
    private static bool IsInOrder(int[] counts, double[] dues)
    {
        bool isInOrder = counts.AsSpan().IndexOfAnyExcept(1) < 0;
        for (int i = 1; isInOrder && i < dues.Length; i++)
        {
            isInOrder = dues[i - 1] <= dues[i];
        }

        return isInOrder;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
