namespace LoadBalancing.Client;

/// <summary>The owner of a key is found on a ring.</summary>
internal sealed record RingHashStrategy(RandomSource Random, HashSettings Hashing = default, int MinimumSize = 1024, int MaximumSize = 8 * 1024 * 1024) : KeyTableStrategy(Random, Hashing)
{
    public override string Name => LoadBalancingStrategies.RingHash;

    public override ILoadBalancingStrategy Configure(LoadBalancingOptions options) => this with
    {
        Hashing = HashSettings.From(options.ConsistentHash),
        MinimumSize = options.ConsistentHash.MinimumRingSize,
        MaximumSize = options.ConsistentHash.MaximumRingSize,
    };

    protected override KeyTable Build(KeyOwner[] owners) => new HashRing(owners, MinimumSize, MaximumSize);
}
