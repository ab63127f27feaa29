namespace LoadBalancing.Client;

/// <summary>
/// The owner index of each entry of a table, in two bytes where that is enough: a table of the usual size is rebuilt with every change of the endpoints, and
/// allocating large arrays triggers full
/// garbage collections.
/// </summary>
internal readonly struct HashTableEntries
{
    private readonly ushort[] _narrow;
    private readonly int[] _wide;

    /// <param name="count">The number of entries.</param>
    /// <param name="owners">The number of owners. All entries belong to the first one until they are set.</param>
    public HashTableEntries(int count, int owners)
    {
        bool isNarrow = owners <= ushort.MaxValue + 1;
        _narrow = isNarrow ? new ushort[count] : [];
        _wide = isNarrow ? [] : new int[count];
    }

    public int Length => _narrow.Length + _wide.Length;

    public int this[int index]
    {
        // The bounds check, which is needed anyway, distinguishes the two kinds of tables.
        get => (uint)index < (uint)_narrow.Length ? _narrow[index] : _wide[index];
        set
        {
            if (_wide.Length == 0)
            {
                _narrow[index] = (ushort)value;
            }
            else
            {
                _wide[index] = value;
            }
        }
    }
}
