namespace LoadBalancing.Client;

/// <summary>Each key ranks all endpoints and goes to the first.</summary>
internal sealed record RendezvousStrategy(RandomSource Random, ConsistentHashSettings Hashing = default) : IConfigurableStrategy
{
    public string Name => LoadBalancingStrategies.Rendezvous;

    public bool UsesHash => true;

    public ILoadBalancingStrategy Configure(LoadBalancingOptions options) => this with { Hashing = ConsistentHashSettings.From(options.ConsistentHash) };

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) =>
        new RendezvousPicker(Hashing.OwnersOf(level), Hashing.BoundOf(level), Random);
}
