namespace LoadBalancing.Client;

/// <summary>The clusters that the requests of a route are shared out to, each with the plan for it. A call is drawn to one of them and stays there with all its attempts.</summary>
internal sealed class WeightedDestinations
{
    private readonly PlannedDestination[] _destinations;

    /// <summary>The sum of the weights up to each of them.</summary>
    private readonly ulong[] _upTo;
    private readonly RandomSource _random;

    /// <param name="destinations">The destinations and their weights. One that is alone gets everything, whatever its weight.</param>
    /// <param name="random">Where it is drawn who goes where.</param>
    public WeightedDestinations(IReadOnlyList<(PlannedDestination Destination, long Weight)> destinations, RandomSource random)
    {
        _random = random;
        _destinations = [.. destinations.Where(item => item.Weight > 0 || destinations.Count == 1).Select(static item => item.Destination)];
        _upTo = new ulong[_destinations.Length];
        ulong sum = 0;
        int i = 0;
        foreach ((_, long weight) in destinations.Where(item => item.Weight > 0 || destinations.Count == 1))
        {
            _upTo[i++] = sum += (ulong)weight;
        }
    }

    /// <summary>Draws the plan of a call.</summary>
    public RequestPlan Draw()
    {
        if (_destinations.Length == 1)
        {
            return _destinations[0].Plan;
        }

        ulong drawn = _random.NextUInt64() % _upTo[^1];
        int i = 0;
        while (drawn >= _upTo[i])
        {
            i++;
        }

        return _destinations[i].Plan;
    }
}
