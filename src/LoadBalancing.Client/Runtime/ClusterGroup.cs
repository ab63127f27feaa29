namespace LoadBalancing.Client;

/// <summary>The clusters of one service: that of all its endpoints, and those of its subsets, which take their endpoints from it.</summary>
/// <remarks>
/// Options are taken by one thread at a time; members come from any. A subset that is configured no more keeps its cluster, without endpoints, so that whoever holds its balancer has the right one again when it comes back.
/// </remarks>
internal sealed class ClusterGroup : IDisposable
{
    private readonly StrategyRegistry _strategies;
    private readonly Func<string?, ClusterSettings, ClusterRequestState> _createCluster;
    private readonly ClusterRequestState _main;
    private SubsetCluster[] _subsets = [];

    /// <param name="options">The options of the service.</param>
    /// <param name="strategies">The strategies that they may name.</param>
    /// <param name="createCluster">Creates the cluster of a subset; of all endpoints where the subset is null.</param>
    public ClusterGroup(LoadBalancingOptions options, StrategyRegistry strategies, Func<string?, ClusterSettings, ClusterRequestState> createCluster)
    {
        _strategies = strategies;
        _createCluster = createCluster;
        var settings = ClusterSettings.From(options, strategies);
        _main = createCluster(null, settings);
        ConfiguredMain = new ConfiguredCluster(_main, options, settings.Strategy);
        ConfigureSubsets(options);
    }

    /// <summary>The cluster of all endpoints.</summary>
    public ClusterRuntime Main => _main.Cluster;

    /// <summary>The same, with the options in force.</summary>
    public ConfiguredCluster ConfiguredMain { get; private set; }

    /// <summary>The subsets that are configured.</summary>
    public IEnumerable<KeyValuePair<string, ConfiguredCluster>> ConfiguredSubsets =>
        Volatile.Read(ref _subsets).Where(static subset => subset.Configured is not null).Select(static subset => KeyValuePair.Create(subset.Name, subset.Configured!));

    /// <summary>The balancer of a subset; null when none of that name is configured.</summary>
    public LoadBalancer? FindSubset(string name) => ConfiguredSubsets.FirstOrDefault(subset => subset.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.State.Balancer;

    /// <summary>Takes options into force.</summary>
    /// <param name="options">The options.</param>
    /// <param name="updateEndpoints">Takes the endpoints that they list. Labels of subsets may change together with those of endpoints, and subsets must not see the one without the other.</param>
    public void Configure(LoadBalancingOptions options, Action updateEndpoints)
    {
        var settings = ClusterSettings.From(options, _strategies);
        Main.Configure(settings);
        ConfiguredMain = new ConfiguredCluster(_main, options, settings.Strategy);
        ConfigureSubsets(options);
        updateEndpoints();
        Main.NotifyEndpointsListener();
    }

    public void Dispose()
    {
        Main.Dispose();
        foreach (SubsetCluster subset in _subsets)
        {
            subset.State.Cluster.Dispose();
        }
    }

    private void ConfigureSubsets(LoadBalancingOptions options)
    {
        var subsets = new List<SubsetCluster>();
        foreach ((string name, SubsetOptions own) in options.Subsets)
        {
            LoadBalancingOptions merged = own.Over(options);
            var settings = ClusterSettings.From(merged, _strategies);
            SubsetCluster? known = Array.Find(_subsets, subset => subset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            ClusterRequestState state = known?.State ?? _createCluster(name, settings);
            state.Cluster.Configure(settings);
            subsets.Add(new SubsetCluster(name, state, new SubsetLabels(own.Labels), new ConfiguredCluster(state, merged, settings.Strategy)));
        }

        subsets.AddRange(_subsets.Where(before => subsets.TrueForAll(subset => subset.State != before.State)).Select(static before => before with { Labels = null, Configured = null }));
        if (subsets.Count == 0)
        {
            return;
        }

        SubsetCluster[] now = [.. subsets];
        Volatile.Write(ref _subsets, now);
        Main.EndpointsListener = members => Array.ForEach(now, subset => subset.State.Cluster.UpdateFromService(members, subset.Labels));
    }

    /// <param name="Name">Its name as it was first written.</param>
    /// <param name="State">Its cluster.</param>
    /// <param name="Labels">Of its endpoints; null when it is configured no more.</param>
    /// <param name="Configured">Null when it is configured no more.</param>
    private sealed record SubsetCluster(string Name, ClusterRequestState State, SubsetLabels? Labels, ConfiguredCluster? Configured);
}
