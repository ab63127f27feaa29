namespace LoadBalancing.Client;

/// <summary>What the strategies with a table have in common: the table is kept for as long as its owners, their keys and their shares stay the same.</summary>
internal abstract record ConsistentHashTableStrategy(RandomSource Random, ConsistentHashSettings Hashing) : IConfigurableStrategy
{
    public abstract string Name { get; }

    public bool UsesHash => true;

    public abstract ILoadBalancingStrategy Configure(LoadBalancingOptions options);

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        IReadOnlyList<UpstreamEndpoint> endpoints = Hashing.OwnersOf(level);
        HashOwner[] owners = HashOwner.Of(endpoints, Hashing.WeightsOf(level), Hashing.UseHostname);
        ConsistentHashTable table = previous is ConsistentHashTablePicker known && known.Table.Owners.AsSpan().SequenceEqual(owners) ? known.Table : Build(owners);
        return new ConsistentHashTablePicker(table, Hashing.BoundOf(endpoints, level), Random);
    }

    protected abstract ConsistentHashTable Build(HashOwner[] owners);
}
