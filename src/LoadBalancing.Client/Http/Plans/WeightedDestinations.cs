namespace LoadBalancing.Client;

/// <summary>The clusters that the requests of a route are shared out to, each with the plan for it. A call is drawn to one of them and stays there with all its attempts.</summary>
internal sealed class WeightedDestinations
{
    private readonly RouteDestination[] _destinations;

    /// <summary>The sum of the weights up to each of them.</summary>
    private readonly ulong[] _cumulativeWeights;
    private readonly RandomSource _random;

    /// <param name="destinations">The destinations and their weights. One that is alone gets everything, whatever its weight.</param>
    /// <param name="random">Where it is drawn who goes where.</param>
    public WeightedDestinations(IReadOnlyList<(RouteDestination Destination, long Weight)> destinations, RandomSource random)
    {
        _random = random;
        _destinations = [.. destinations.Where(item => item.Weight > 0 || destinations.Count == 1).Select(static item => item.Destination)];
        _cumulativeWeights = new ulong[_destinations.Length];
        ulong sum = 0;
        int i = 0;
        foreach ((_, long weight) in destinations.Where(item => item.Weight > 0 || destinations.Count == 1))
        {
            _cumulativeWeights[i++] = sum += (ulong)weight;
        }
    }

    /// <summary>Draws the plan of a call.</summary>
    public RequestPlan SelectPlan()
    {
        if (_destinations.Length == 1)
        {
            return _destinations[0].Plan;
        }

        ulong drawn = _random.NextUInt64() % _cumulativeWeights[^1];
        int i = 0;
        while (drawn >= _cumulativeWeights[i])
        {
            i++;
        }

        return _destinations[i].Plan;
    }
}
