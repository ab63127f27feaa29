namespace LoadBalancing.Client;

/// <summary>
/// Round robin. The cursor starts at a random position, so that a fleet restarted together does not start with the same endpoint, and keeps its position when
/// the level changes.
/// </summary>
internal sealed class RoundRobinStrategy : ILoadBalancingStrategy
{
    private readonly RandomSource _random;

    public RoundRobinStrategy(RandomSource random) => _random = random;

    public string Name => LoadBalancingStrategies.RoundRobin;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        // The upper half is left free: 2^63 picks before the counter wraps, and the sum of two never overflows.
        RoundRobinCursor cursor = (previous as RoundRobinPicker)?.Cursor ?? new RoundRobinCursor(_random.NextUInt64() >> 1);
        return new RoundRobinPicker(RoundRobinSchedule.Build(level), cursor);
    }
}
