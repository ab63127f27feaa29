namespace LoadBalancing.Client;

/// <summary>What the strategies with a table have in common: the table is kept for as long as its owners, their keys and their shares stay the same.</summary>
internal abstract record KeyTableStrategy(RandomSource Random, HashSettings Hashing) : IConfigurableStrategy
{
    public abstract string Name { get; }

    public bool UsesHash => true;

    public abstract ILoadBalancingStrategy Configure(LoadBalancingOptions options);

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        IReadOnlyList<UpstreamEndpoint> endpoints = Hashing.OwnersOf(level);
        KeyOwner[] owners = KeyOwner.Of(endpoints, Hashing.WeightsOf(level), Hashing.UseHostname);
        KeyTable table = previous is KeyTablePicker known && known.Table.Owners.AsSpan().SequenceEqual(owners) ? known.Table : Build(owners);
        return new KeyTablePicker(table, Hashing.BoundOf(endpoints, level), Random);
    }

    protected abstract KeyTable Build(KeyOwner[] owners);
}
