namespace LoadBalancing.Client;

/// <summary>Base of the strategies with a table, which is kept while its owners, their keys and their shares stay the same.</summary>
internal abstract record ConsistentHashTableStrategy(RandomSource Random, ConsistentHashSettings Hashing) : IConfigurableStrategy
{
    public abstract string Name { get; }

    public bool UsesHash => true;

    public abstract ILoadBalancingStrategy Configure(LoadBalancingOptions options);

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        HashOwner[] owners = Hashing.OwnersOf(level);
        ConsistentHashTable? known = (previous as ConsistentHashTablePicker)?.Table;
        ConsistentHashTable table = known is not null && known.Owners.AsSpan().SequenceEqual(owners) ? known : Build(owners);
        return new ConsistentHashTablePicker(table, Hashing.BoundOf(level), Random);
    }

    protected abstract ConsistentHashTable Build(HashOwner[] owners);
}
