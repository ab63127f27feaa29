namespace LoadBalancing.Client;

/// <summary>Draws an index with the probability of its weight, in O(1).</summary>
/// <remarks>
/// M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991). All columns have the same share; a column that its own
/// index does not fill is filled
/// with a share of one other index that has too much.
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

        // What remains on either side is full, except for rounding errors.
        foreach (int full in poor.Concat(rich))
        {
            _columns[full] = new Column(ulong.MaxValue, full);
        }
    }

    /// <summary>The index drawn by a random 64-bit number.</summary>
    public int Draw(ulong number)
    {
        // The high half of the product is the column, the low half a uniform position within it.
        int index = (int)Math.BigMul(number, (ulong)_columns.Length, out ulong within);
        Column column = _columns[index];
        return within < column.Own ? index : column.Alias;
    }

    private readonly record struct Column(ulong Own, int Alias);
}
