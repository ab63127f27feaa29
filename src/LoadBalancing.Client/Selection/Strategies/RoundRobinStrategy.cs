namespace LoadBalancing.Client;

/// <summary>One after the other. The rotation starts anywhere, so that a fleet restarted together does not begin with the same endpoint, and goes on where it was when the level changes.</summary>
internal sealed class RoundRobinStrategy : ILoadBalancingStrategy
{
    private readonly RandomSource _random;

    public RoundRobinStrategy(RandomSource random) => _random = random;

    public string Name => LoadBalancingStrategies.RoundRobin;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        // The upper half is left free: 2^63 picks before the count wraps, and the sum of two never overflows.
        RoundRobinCursor rotation = (previous as RoundRobinPicker)?.Cursor ?? new RoundRobinCursor(_random.NextUInt64() >> 1);
        return new RoundRobinPicker(RoundRobinSchedule.Build(level), rotation);
    }
}
