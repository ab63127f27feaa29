namespace LoadBalancing.Client;

/// <summary>Finds strategies by name. A strategy that is registered later replaces an earlier one of the same name, including a built-in one.</summary>
internal sealed class StrategyRegistry
{
    private readonly Dictionary<string, ILoadBalancingStrategy> _strategies = new(StringComparer.OrdinalIgnoreCase);

    public StrategyRegistry(IEnumerable<ILoadBalancingStrategy> registered, RandomSource random, TimeProvider timeProvider)
    {
        Add(new RoundRobinStrategy(random));
        Add(new RandomStrategy(random));
        Add(new LeastRequestStrategy(random));
        Add(new LeastConnectionsStrategy(random));
        Add(new LeastLoadStrategy(random, timeProvider));
        Add(new RingHashStrategy(random));
        Add(new MaglevStrategy(random));
        Add(new RendezvousStrategy(random));
        foreach (ILoadBalancingStrategy strategy in registered)
        {
            Add(strategy);
        }

        void Add(ILoadBalancingStrategy strategy) => _strategies[strategy.Name] = strategy;
    }

    public IEnumerable<string> Names => _strategies.Keys.Order(StringComparer.OrdinalIgnoreCase);

    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ILoadBalancingStrategy? strategy) =>
        _strategies.TryGetValue(name, out strategy);
}
