namespace LoadBalancing.Client;

/// <summary>Draws an index with the probability of its weight, in one step whatever the number of weights.</summary>
/// <remarks>
/// M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991). Every column holds the same share; what an index lacks to a full column is filled
/// with a share of one index that has too much.
/// </remarks>
internal sealed class AliasTable
{
    private readonly Column[] _columns;

    public AliasTable(IReadOnlyList<double> weights)
    {
        int count = weights.Count;
        double mean = weights.Sum() / count;
        var left = new double[count];
        var poor = new Stack<int>();
        var rich = new Stack<int>();
        for (int i = 0; i < count; i++)
        {
            left[i] = weights[i] / mean;
            (left[i] < 1 ? poor : rich).Push(i);
        }

        _columns = new Column[count];
        while (poor.Count > 0 && rich.Count > 0)
        {
            int receiver = poor.Pop();
            int giver = rich.Peek();
            _columns[receiver] = new Column((ulong)(left[receiver] * (1UL << 63)) << 1, giver);
            left[giver] -= 1 - left[receiver];
            if (left[giver] < 1)
            {
                poor.Push(rich.Pop());
            }
        }

        // What remains on either side is full, but for the rounding of the sums.
        foreach (int full in poor.Concat(rich))
        {
            _columns[full] = new Column(ulong.MaxValue, full);
        }
    }

    /// <summary>The index that a number of the whole 64-bit range leads to.</summary>
    public int Draw(ulong number)
    {
        // The high half of the product is a column, the low half lies evenly within it.
        int index = (int)Math.BigMul(number, (ulong)_columns.Length, out ulong within);
        Column column = _columns[index];
        return within < column.Own ? index : column.Alias;
    }

    private readonly record struct Column(ulong Own, int Alias);
}
