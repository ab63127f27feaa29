namespace LoadBalancing.Client;

/// <summary>How <see cref="LoadBalancingStrategies.LeastRequest"/> compares endpoints. Other strategies ignore it.</summary>
public sealed class LeastRequestOptions
{
    /// <summary>
    /// The number of different endpoints drawn for a pick, of which the one with the fewest attempts in flight is picked. 2 to 16; default 2, as in Envoy. To
    /// compare all, use <see cref="LoadBalancingStrategies.LeastConnections"/>.
    /// </summary>
    public int ChoiceCount { get; set; } = 2;

    /// <summary>
    /// The influence of attempts in flight with unequal weights: an endpoint's share is its weight divided by its attempts in flight to this power. 0 or more;
    /// default 1, as in Envoy; above 1: evens out
    /// faster; 0: only the weights count. With equal weights only 0 has an effect.
    /// </summary>
    public double ActiveRequestBias { get; set; } = 1;
}
