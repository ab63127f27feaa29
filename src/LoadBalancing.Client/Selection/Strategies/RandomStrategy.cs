namespace LoadBalancing.Client;

/// <summary>Any endpoint, each as often as its weight says.</summary>
internal sealed record RandomStrategy(RandomSource Random) : ILoadBalancingStrategy
{
    public string Name => LoadBalancingStrategies.Random;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new RandomPicker(level, Random);
}
