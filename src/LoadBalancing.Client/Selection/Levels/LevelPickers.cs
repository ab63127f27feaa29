namespace LoadBalancing.Client;

/// <summary>
/// The last picker of each level, from which its next one continues: also of a level that has no endpoint to pick just now, or is split by locality except in
/// panic.
/// </summary>
internal sealed class LevelPickers
{
    private readonly ILoadBalancingStrategy _strategy;
    private readonly Dictionary<LevelKey, IEndpointPicker> _previous;
    private readonly Dictionary<LevelKey, IEndpointPicker> _pickers = [];

    /// <param name="strategy">The strategy.</param>
    /// <param name="previous">Those of the previous snapshot; null: there are none. No strategy continues from the pickers of another.</param>
    public LevelPickers(ILoadBalancingStrategy strategy, LevelPickers? previous)
    {
        _strategy = strategy;
        _previous = strategy.Equals(previous?._strategy) ? previous._pickers : [];
    }

    public IEndpointPicker Create(LevelKey key, EndpointLevel level)
    {
        IEndpointPicker picker = _strategy.CreatePicker(level, _previous.GetValueOrDefault(key));
        _pickers.Add(key, picker);
        return picker;
    }

    /// <summary>Keeps the pickers of levels that were not built this time, as long as the level has any endpoint.</summary>
    public void KeepOthers(UpstreamEndpoint[] endpoints, LocalityRule localities)
    {
        if (_previous.Keys.All(_pickers.ContainsKey))
        {
            return;
        }

        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            int rank = PriorityOrder.RankOf(endpoint, localities);
            Keep(LevelKey.ForAll(rank));
            Keep(LevelKey.ForLocality(rank, LocalityRule.NameOf(EndpointLocality.Of(endpoint))));
        }
    }

    private void Keep(LevelKey key)
    {
        if (_previous.TryGetValue(key, out IEndpointPicker? picker))
        {
            _pickers.TryAdd(key, picker);
        }
    }
}
