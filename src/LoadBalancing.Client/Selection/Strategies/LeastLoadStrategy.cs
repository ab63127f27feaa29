namespace LoadBalancing.Client;

/// <summary>Draws three different endpoints and picks the one with the least expected wait.</summary>
internal sealed record LeastLoadStrategy(RandomSource Random, TimeProvider Clock, TimeSpan DecayTime) : IConfigurableStrategy
{
    public LeastLoadStrategy(RandomSource random, TimeProvider clock)
        : this(random, clock, new LeastLoadOptions().DecayTime)
    {
    }

    public string Name => LoadBalancingStrategies.LeastLoad;

    public bool UsesLatency => true;

    public ILoadBalancingStrategy Configure(LoadBalancingOptions options) => this with { DecayTime = options.LeastLoad.DecayTime };

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) =>
        new LeastLoadPicker(level, DecayTime, Clock, Random);
}
