namespace LoadBalancing.Client;

/// <summary>The clusters of one service: one of all its endpoints, and one per subset, which receives its endpoints from the first.</summary>
/// <remarks>
/// Options are applied by one thread at a time; endpoints are updated by any thread. A subset that is no longer configured keeps its cluster, without
/// endpoints, so that a balancer obtained earlier works again when the subset is configured again.
/// </remarks>
internal sealed class ClusterGroup : IDisposable
{
    private readonly StrategyRegistry _strategies;
    private readonly Func<string?, ClusterSettings, ClusterRequestState> _createCluster;
    private readonly ClusterRequestState _main;
    private SubsetCluster[] _subsets = [];

    /// <param name="options">The options of the service.</param>
    /// <param name="strategies">The known strategies.</param>
    /// <param name="createCluster">Creates the cluster of a subset; a null subset means all endpoints.</param>
    public ClusterGroup(LoadBalancingOptions options, StrategyRegistry strategies, Func<string?, ClusterSettings, ClusterRequestState> createCluster)
    {
        _strategies = strategies;
        _createCluster = createCluster;
        var settings = ClusterSettings.From(options, strategies);
        _main = createCluster(null, settings);
        ConfiguredMain = new ConfiguredCluster(_main, options, settings.Strategy);
        try
        {
            ConfigureSubsets(options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The cluster of all endpoints.</summary>
    public ClusterRuntime Main => _main.Cluster;

    /// <summary>The cluster of all endpoints with its current options.</summary>
    public ConfiguredCluster ConfiguredMain { get; private set; }

    /// <summary>The configured subsets.</summary>
    public IEnumerable<KeyValuePair<string, ConfiguredCluster>> ConfiguredSubsets =>
        Volatile.Read(ref _subsets)
            .Where(static subset => subset.Configured is not null)
            .Select(static subset => KeyValuePair.Create(subset.Name, subset.Configured!));

    /// <summary>Returns the balancer of a subset; null when no subset of that name is configured.</summary>
    public LoadBalancer? FindSubset(string name) =>
        ConfiguredSubsets.FirstOrDefault(subset => subset.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.State.Balancer;

    /// <summary>Applies options. When the strategies refuse them, nothing is applied.</summary>
    /// <param name="options">The options.</param>
    /// <param name="updateEndpoints">Applies the endpoints of the options. Labels of subsets and of endpoints may change together, and subsets must
    /// not see one change without the other.</param>
    public void Configure(LoadBalancingOptions options, Action updateEndpoints)
    {
        var settings = ClusterSettings.From(options, _strategies);
        Main.ThrowIfUnbuildable(settings);
        foreach ((string name, SubsetOptions own) in options.Subsets)
        {
            Find(name)?.State.Cluster.ThrowIfUnbuildable(ClusterSettings.From(own.Over(options), _strategies));
        }

        Main.Configure(settings);
        ConfiguredMain = new ConfiguredCluster(_main, options, settings.Strategy);
        ConfigureSubsets(options);
        updateEndpoints();
        Main.NotifyEndpointsListener();
    }

    /// <summary>Throws what a strategy has thrown when it built the first picker of a cluster.</summary>
    public void ThrowIfBuildFailed()
    {
        Main.ThrowIfBuildFailed();
        Array.ForEach(_subsets, static subset => subset.State.Cluster.ThrowIfBuildFailed());
    }

    public void Dispose()
    {
        Main.Dispose();
        foreach (SubsetCluster subset in _subsets)
        {
            subset.State.Cluster.Dispose();
        }
    }

    private SubsetCluster? Find(string name) => Array.Find(_subsets, subset => subset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void ConfigureSubsets(LoadBalancingOptions options)
    {
        var subsets = new List<SubsetCluster>();
        try
        {
            foreach ((string name, SubsetOptions own) in options.Subsets)
            {
                LoadBalancingOptions merged = own.Over(options);
                var settings = ClusterSettings.From(merged, _strategies);
                ClusterRequestState state = Find(name)?.State ?? _createCluster(name, settings);
                subsets.Add(new SubsetCluster(name, state, new SubsetLabels(own.Labels), new ConfiguredCluster(state, merged, settings.Strategy)));
                state.Cluster.Configure(settings);
            }
        }
        catch
        {
            // Those that existed before stay; the others have no owner yet.
            subsets.FindAll(subset => Find(subset.Name) is null).ForEach(static subset => subset.State.Cluster.Dispose());
            throw;
        }

        subsets.AddRange(_subsets
            .Where(before => subsets.TrueForAll(subset => subset.State != before.State))
            .Select(static before => before with { Labels = null, Configured = null }));
        if (subsets.Count == 0)
        {
            return;
        }

        SubsetCluster[] current = [.. subsets];
        Volatile.Write(ref _subsets, current);
        Main.EndpointsListener = endpoints => Array.ForEach(current, subset => subset.State.Cluster.UpdateFromService(endpoints, subset.Labels));
    }

    /// <param name="Name">Its name as first configured.</param>
    /// <param name="State">Its cluster.</param>
    /// <param name="Labels">The labels of its endpoints; null when it is no longer configured.</param>
    /// <param name="Configured">Its cluster with options; null when it is no longer configured.</param>
    private sealed record SubsetCluster(string Name, ClusterRequestState State, SubsetLabels? Labels, ConfiguredCluster? Configured);
}
