namespace LoadBalancing.Client;

/// <summary>Picks the endpoint with the fewest attempts in flight of all.</summary>
internal sealed record LeastConnectionsStrategy(RandomSource Random) : ILoadBalancingStrategy
{
    public string Name => LoadBalancingStrategies.LeastConnections;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new LeastConnectionsPicker(level, Random);
}
