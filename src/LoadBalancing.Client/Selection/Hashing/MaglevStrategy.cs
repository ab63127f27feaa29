namespace LoadBalancing.Client;

/// <summary>Finds the owner of a key in a Maglev table.</summary>
internal sealed record MaglevStrategy(
    RandomSource Random,
    ConsistentHashSettings Hashing = default,
    int TableSize = 65537) : ConsistentHashTableStrategy(Random, Hashing)
{
    /// <summary>The largest table, as in Envoy; a prime, as every size.</summary>
    public const int MaxTableSize = 5_000_011;

    public override string Name => LoadBalancingStrategies.Maglev;

    /// <summary>Whether a table may have this size. Only with a prime does every step width reach all entries.</summary>
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
