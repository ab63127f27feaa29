namespace LoadBalancing.Client;

/// <summary>How <see cref="LoadBalancingStrategies.LeastRequest"/> compares. Other strategies take no notice of it.</summary>
public sealed class LeastRequestOptions
{
    /// <summary>How many different endpoints are drawn for a pick, the one with the fewest attempts in flight being taken. 2 to 16; default 2, as in Envoy. To compare all, use <see cref="LoadBalancingStrategies.LeastConnections"/>.</summary>
    public int ChoiceCount { get; set; } = 2;

    /// <summary>
    /// How much attempts in flight count against unequal weights: an endpoint's share is its weight over the power of what is in flight to this. 0 or more; default 1, as in Envoy; above 1: evens out
    /// faster; 0: only the weights count. Without meaning while all weights are equal, but for 0.
    /// </summary>
    public double ActiveRequestBias { get; set; } = 1;
}
