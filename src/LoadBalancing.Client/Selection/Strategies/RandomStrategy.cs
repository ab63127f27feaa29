namespace LoadBalancing.Client;

/// <summary>Picks a random endpoint, with the probability of its weight.</summary>
internal sealed record RandomStrategy(RandomSource Random) : ILoadBalancingStrategy
{
    public string Name => LoadBalancingStrategies.Random;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new RandomPicker(level, Random);
}
