namespace LoadBalancing.Client;

/// <summary>
/// For each slot of a table, the number of its owner. Two bytes each as long as they are enough: a table of the usual size is built anew with every change of the members, and large arrays are what makes the garbage
/// collector look at everything.
/// </summary>
internal readonly struct HashTableEntries
{
    private readonly ushort[] _narrow;
    private readonly int[] _wide;

    /// <param name="slots">How many slots.</param>
    /// <param name="owners">How many owners. All slots are the first one's until they are set.</param>
    public HashTableEntries(int slots, int owners)
    {
        bool isNarrow = owners <= ushort.MaxValue + 1;
        _narrow = isNarrow ? new ushort[slots] : [];
        _wide = isNarrow ? [] : new int[slots];
    }

    public int Length => _narrow.Length + _wide.Length;

    public int this[int slot]
    {
        // The check for the end of the array, which there has to be anyway, tells the two kinds of tables apart.
        get => (uint)slot < (uint)_narrow.Length ? _narrow[slot] : _wide[slot];
        set
        {
            if (_wide.Length == 0)
            {
                _narrow[slot] = (ushort)value;
            }
            else
            {
                _wide[slot] = value;
            }
        }
    }
}
