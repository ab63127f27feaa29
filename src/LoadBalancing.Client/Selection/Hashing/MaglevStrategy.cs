namespace LoadBalancing.Client;

/// <summary>The owner of a key is found in a table.</summary>
internal sealed record MaglevStrategy(RandomSource Random, ConsistentHashSettings Hashing = default, int TableSize = 65537) : ConsistentHashTableStrategy(Random, Hashing)
{
    /// <summary>The largest table, as in Envoy; a prime like all of them.</summary>
    public const int MaxTableSize = 5_000_011;

    public override string Name => LoadBalancingStrategies.Maglev;

    /// <summary>Whether a table may have this many slots. Only with a prime number does every step width lead through all of them.</summary>
    public static bool IsTableSize(int size)
    {
        if (size is < 2 or > MaxTableSize)
        {
            return false;
        }

        for (int divisor = 2; divisor * divisor <= size; divisor++)
        {
            if (size % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }

    public override ILoadBalancingStrategy Configure(LoadBalancingOptions options) =>
        this with { Hashing = ConsistentHashSettings.From(options.ConsistentHash), TableSize = options.ConsistentHash.TableSize };

    protected override ConsistentHashTable Build(HashOwner[] owners) => new MaglevTable(owners, TableSize);
}
