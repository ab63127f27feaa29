namespace LoadBalancing.Client;

/// <summary>Finds the owner of a key on a hash ring.</summary>
internal sealed record RingHashStrategy(
    RandomSource Random,
    ConsistentHashSettings Hashing = default,
    int MinimumSize = 1024,
    int MaximumSize = 8 * 1024 * 1024) : ConsistentHashTableStrategy(Random, Hashing)
{
    public override string Name => LoadBalancingStrategies.RingHash;

    public override ILoadBalancingStrategy Configure(LoadBalancingOptions options) => this with
    {
        Hashing = ConsistentHashSettings.From(options.ConsistentHash),
        MinimumSize = options.ConsistentHash.MinRingSize,
        MaximumSize = options.ConsistentHash.MaxRingSize,
    };

    protected override ConsistentHashTable Build(HashOwner[] owners) => new HashRing(owners, MinimumSize, MaximumSize);
}
