namespace LoadBalancing.Client;

/// <summary>The weighted clusters of a route, each with its plan. Each call draws one cluster at random; all its attempts stay in it.</summary>
internal sealed class WeightedDestinations
{
    private readonly RouteDestination[] _destinations;

    /// <summary>The cumulative weight up to each destination.</summary>
    private readonly ulong[] _cumulativeWeights;
    private readonly RandomSource _random;

    /// <param name="destinations">The destinations and their weights. A single destination gets all requests, whatever its weight.</param>
    /// <param name="random">The source of the draws.</param>
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

    /// <summary>Draws the plan for a call.</summary>
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
