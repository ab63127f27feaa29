namespace LoadBalancing.Client;

/// <summary>Draws a few of many indices without replacement, without a table of all and without rejected draws.</summary>
internal static class DistinctDraws
{
    /// <summary>Translates a draw among the remaining indices into the index it stands for, and records it.</summary>
    /// <param name="drawn">The indices drawn so far, in ascending order; the new one is inserted.</param>
    /// <param name="count">The number of indices drawn so far.</param>
    /// <param name="rank">The rank among the remaining indices.</param>
    public static int InsertDraw(Span<int> drawn, int count, int rank)
    {
        int position = 0;
        while (position < count && rank >= drawn[position])
        {
            rank++;
            position++;
        }

        drawn[position..count].CopyTo(drawn[(position + 1)..]);
        drawn[position] = rank;
        return rank;
    }
}
