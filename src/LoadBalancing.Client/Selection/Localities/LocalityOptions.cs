namespace LoadBalancing.Client;

/// <summary>
/// How the places of endpoints decide where requests go. Names and meanings are those of Istio's <c>localityLbSetting</c> and of Envoy's locality weights and zone-aware routing. A locality is written
/// <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>; a pattern may end in <c>*</c>, and what it leaves out counts as <c>*</c>.
/// </summary>
public sealed class LocalityOptions
{
    /// <summary>Where this process is, like <c>eu-west/zone-1</c>. Null by default; needed by all modes but <see cref="LocalityMode.Off"/> and <see cref="LocalityMode.Weighted"/>.</summary>
    public string? Self { get; set; }

    /// <summary>What localities decide. Default <see cref="LocalityMode.Off"/>.</summary>
    public LocalityMode Mode { get; set; } = LocalityMode.Off;

    /// <summary>The labels of this process, which <see cref="FailoverPriority"/> compares with those of endpoints. Empty by default.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Which region takes over from which, for <see cref="LocalityMode.Failover"/>. Where an entry is <see cref="LocalityFailoverOptions.From"/> the own region, regions that are not its
    /// <see cref="LocalityFailoverOptions.To"/> come last. Empty by default: all other regions are equally far.
    /// </summary>
    public IList<LocalityFailoverOptions> Failover { get; set; } = [];

    /// <summary>
    /// Labels that make an endpoint near, the most important first, for <see cref="LocalityMode.Failover"/>: an endpoint comes the earlier the more of them, counted from the first, it has in common with
    /// <see cref="Labels"/>. <c>key=value</c> compares with that value instead. <c>topology.kubernetes.io/region</c>, <c>topology.kubernetes.io/zone</c> and <c>topology.istio.io/subzone</c> mean the parts of the
    /// locality where there is no such label. Empty by default: by locality alone; otherwise localities count beside the labels only if <see cref="Failover"/> has entries.
    /// </summary>
    public IList<string> FailoverPriority { get; set; } = [];

    /// <summary>Which share of requests goes where, for <see cref="LocalityMode.Distribute"/>. The first entry whose <see cref="LocalityDistributeOptions.From"/> fits <see cref="Self"/> decides. Empty by default.</summary>
    public IList<LocalityDistributeOptions> Distribute { get; set; } = [];

    /// <summary>
    /// The weights of localities by pattern, for <see cref="LocalityMode.Weighted"/>; zero or more. Localities of one pattern share its weight by the weights of their endpoints. What no pattern fits gets nothing. Empty, the
    /// default: the sum of the weights of its endpoints.
    /// </summary>
    public IDictionary<string, double> Weights { get; set; } = new Dictionary<string, double>();

    /// <summary>The numbers of <see cref="LocalityMode.ZoneAware"/>.</summary>
    public ZoneAwareOptions ZoneAware { get; set; } = new();
}
