namespace LoadBalancing.Client;

/// <summary>The clusters of one service: that of all its endpoints, and those of its subsets, which take their endpoints from it.</summary>
/// <remarks>
/// Options are taken by one thread at a time; members come from any. A subset that is configured no more keeps its cluster, without endpoints, so that whoever holds its balancer has the right one again when it comes back.
/// </remarks>
internal sealed class ClusterGroup : IDisposable
{
    private readonly StrategyRegistry _strategies;
    private readonly Func<string?, ClusterSettings, ClusterRuntime> _createCluster;
    private readonly Func<ClusterRuntime, ClusterRequestState> _createState;
    private readonly ClusterRequestState _mainState;
    private SubsetCluster[] _subsets = [];

    public ClusterGroup(
        LoadBalancingOptions options,
        StrategyRegistry strategies,
        Func<string?, ClusterSettings, ClusterRuntime> makeCluster,
        Func<ClusterRuntime, ClusterRequestState> makeTarget)
    {
        _strategies = strategies;
        _createCluster = makeCluster;
        _createState = makeTarget;
        var settings = ClusterSettings.From(options, strategies);
        Main = makeCluster(null, settings);
        _mainState = makeTarget(Main);
        ConfiguredMain = new ConfiguredCluster(_mainState, options, settings.Strategy);
        ConfigureSubsets(options);
    }

    /// <summary>The cluster of all endpoints.</summary>
    public ClusterRuntime Main { get; }

    /// <summary>The same, with the options in force.</summary>
    public ConfiguredCluster ConfiguredMain { get; private set; }

    /// <summary>The subsets that are configured.</summary>
    public IEnumerable<KeyValuePair<string, ConfiguredCluster>> ConfiguredSubsets =>
        Volatile.Read(ref _subsets).Where(static subset => subset.Configured is not null).Select(static subset => KeyValuePair.Create(subset.Name, subset.Configured!));

    /// <summary>The balancer of a subset; null when none of that name is configured.</summary>
    public LoadBalancer? FindSubset(string name) => ConfiguredSubsets.FirstOrDefault(subset => subset.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.State.Balancer;

    /// <summary>What to say about a first set that does not come; names the sources.</summary>
    public string AwaitedSources
    {
        get => Main.Balancer.SourcesDescription;
        set
        {
            Main.Balancer.SourcesDescription = value;
            foreach (SubsetCluster subset in _subsets)
            {
                subset.Cluster.Balancer.SourcesDescription = value;
            }
        }
    }

    /// <summary>Takes options into force.</summary>
    /// <param name="options">The options.</param>
    /// <param name="updateEndpoints">Takes the endpoints that they list. Labels of subsets may change together with those of endpoints, and subsets must not see the one without the other.</param>
    public void Configure(LoadBalancingOptions options, Action updateEndpoints)
    {
        var settings = ClusterSettings.From(options, _strategies);
        Main.Configure(settings);
        ConfiguredMain = new ConfiguredCluster(_mainState, options, settings.Strategy);
        ConfigureSubsets(options);
        updateEndpoints();
        Main.NotifyEndpointsListener();
    }

    public void Dispose()
    {
        Main.Dispose();
        foreach (SubsetCluster subset in _subsets)
        {
            subset.Cluster.Dispose();
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
            ClusterRuntime cluster = known?.Cluster ?? _createCluster(name, settings);
            cluster.Configure(settings);
            cluster.Balancer.SourcesDescription = AwaitedSources;
            ClusterRequestState target = known?.State ?? _createState(cluster);
            subsets.Add(new SubsetCluster(name, cluster, target, new SubsetLabels(own.Labels), new ConfiguredCluster(target, merged, settings.Strategy)));
        }

        subsets.AddRange(_subsets.Where(before => subsets.TrueForAll(subset => subset.Cluster != before.Cluster)).Select(static before => before with { Labels = null, Configured = null }));
        if (subsets.Count == 0)
        {
            return;
        }

        SubsetCluster[] now = [.. subsets];
        Volatile.Write(ref _subsets, now);
        Main.EndpointsListener = members => Array.ForEach(now, subset => subset.Cluster.UpdateFromService(members, subset.Labels));
    }

    /// <param name="Name">Its name as it was first written.</param>
    /// <param name="Cluster">Its cluster.</param>
    /// <param name="State">What plans keep of it.</param>
    /// <param name="Labels">Of its endpoints; null when it is configured no more.</param>
    /// <param name="Configured">Null when it is configured no more.</param>
    private sealed record SubsetCluster(string Name, ClusterRuntime Cluster, ClusterRequestState State, SubsetLabels? Labels, ConfiguredCluster? Configured);
}
