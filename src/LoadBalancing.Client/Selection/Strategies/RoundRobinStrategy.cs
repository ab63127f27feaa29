namespace LoadBalancing.Client;

/// <summary>
/// Round robin. The cursor starts at a random position, so that a fleet restarted together does not start with the same endpoint, and the rotation continues
/// when the level changes.
/// </summary>
internal sealed class RoundRobinStrategy : ILoadBalancingStrategy
{
    private readonly RandomSource _random;

    public RoundRobinStrategy(RandomSource random) => _random = random;

    public string Name => LoadBalancingStrategies.RoundRobin;

    /// <remarks>The upper half of the counter is left free: 2^63 picks before it wraps.</remarks>
    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        if (previous is RoundRobinPicker picker)
        {
            return picker.Continue(level);
        }

        ulong start = _random.NextUInt64() >> 1;
        return new RoundRobinPicker(RoundRobinSchedule.Begin(level, seed: start), new RoundRobinCursor(start));
    }
}
