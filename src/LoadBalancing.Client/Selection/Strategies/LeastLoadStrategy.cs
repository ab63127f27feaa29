namespace LoadBalancing.Client;

/// <summary>Draws three endpoints and avoids those whose expected wait is clearly longer than the shortest.</summary>
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
