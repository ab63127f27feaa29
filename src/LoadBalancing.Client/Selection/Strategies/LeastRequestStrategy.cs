namespace LoadBalancing.Client;

/// <summary>Draws a few endpoints by weight and picks the one with the fewest attempts in flight.</summary>
internal sealed record LeastRequestStrategy(RandomSource Random, int ChoiceCount = 2, double ActiveRequestBias = 1) : IConfigurableStrategy
{
    public const int MaxChoiceCount = 16;

    public string Name => LoadBalancingStrategies.LeastRequest;

    public ILoadBalancingStrategy Configure(LoadBalancingOptions options) =>
        this with { ChoiceCount = options.LeastRequest.ChoiceCount, ActiveRequestBias = options.LeastRequest.ActiveRequestBias };

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) =>
        ActiveRequestBias == 0 || level.Endpoints.Count == 1 ? new RandomPicker(level, Random)
        : level.HasEqualWeights ? new LeastRequestPicker(level, ChoiceCount, Random)
        : new WeightedLeastRequestPicker(level, ChoiceCount, ActiveRequestBias, Random);
}
