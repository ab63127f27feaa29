namespace LoadBalancing.Client;

/// <summary>Draws without replacement from few indices out of many, without a table of all and without trying again.</summary>
internal static class DistinctDraws
{
    /// <summary>Translates a draw among the indices that are left into the index it stands for, and notes it.</summary>
    /// <param name="drawn">The indices drawn so far, in ascending order; takes up the new one.</param>
    /// <param name="count">How many those are.</param>
    /// <param name="rank">The place among the indices that are left.</param>
    public static int InsertDraw(Span<int> drawn, int count, int rank)
    {
        int place = 0;
        while (place < count && rank >= drawn[place])
        {
            rank++;
            place++;
        }

        drawn[place..count].CopyTo(drawn[(place + 1)..]);
        drawn[place] = rank;
        return rank;
    }
}
