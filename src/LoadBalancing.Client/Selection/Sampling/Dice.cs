namespace LoadBalancing.Client;

/// <summary>
/// Several small draws from one large one: the remainder of a 64-bit number that has yielded an index yields the next, like the digits of a fraction.
/// </summary>
internal struct Dice
{
    /// <summary>Three indices below this leave 16 bits unused, so that none is favoured by more than one part in 65,536 of its share.</summary>
    private const int LargestShared = 1 << 16;

    private readonly RandomSource _random;
    private ulong _fraction;
    private int _left;

    public Dice(RandomSource random)
    {
        _random = random;
        _fraction = 0;
        _left = 0;
    }

    /// <summary>A uniform index from 0 to below <paramref name="count"/>.</summary>
    public int Next(int count)
    {
        if (_left == 0 || count > LargestShared)
        {
            _fraction = _random.NextUInt64();
            _left = 3;
        }

        _left--;
        return (int)Math.BigMul(_fraction, (ulong)count, out _fraction);
    }
}
