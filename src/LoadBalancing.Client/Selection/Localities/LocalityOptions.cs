namespace LoadBalancing.Client;

/// <summary>
/// How the localities of endpoints affect where requests go. Names and meanings are those of Istio's <c>localityLbSetting</c> and of Envoy's locality weights
/// and zone-aware routing. A locality is written
/// <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>; a pattern may end in <c>*</c>, and omitted parts count as <c>*</c>.
/// </summary>
public sealed class LocalityOptions
{
    /// <summary>
    /// The locality of this process, such as <c>eu-west/zone-1</c>. Null by default; required by all modes but <see cref="LocalityMode.Off"/> and
    /// <see cref="LocalityMode.Weighted"/>.
    /// </summary>
    public string? Self { get; set; }

    /// <summary>The effect of localities. Default <see cref="LocalityMode.Off"/>.</summary>
    public LocalityMode Mode { get; set; } = LocalityMode.Off;

    /// <summary>The labels of this process, which <see cref="FailoverPriority"/> compares with those of endpoints. Empty by default.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// The failover targets of regions, for <see cref="LocalityMode.Failover"/>. Where an entry's <see cref="LocalityFailoverOptions.From"/> is the own region,
    /// regions other than its
    /// <see cref="LocalityFailoverOptions.To"/> come last. Empty by default: all other regions are equally distant.
    /// </summary>
    public IList<LocalityFailoverOptions> Failover { get; set; } = [];

    /// <summary>
    /// Labels that make an endpoint near, the most important first, for <see cref="LocalityMode.Failover"/>: the more of them, counted from the first, an
    /// endpoint has in common with
    /// <see cref="Labels"/>, the earlier it is used. <c>key=value</c> compares with that value instead. <c>topology.kubernetes.io/region</c>,
    /// <c>topology.kubernetes.io/zone</c> and <c>topology.istio.io/subzone</c> refer to the parts of the
    /// locality where there is no such label. Empty by default: by locality alone; otherwise localities count in addition to labels only if
    /// <see cref="Failover"/> has entries.
    /// </summary>
    public IList<string> FailoverPriority { get; set; } = [];

    /// <summary>
    /// The shares by locality, for <see cref="LocalityMode.Distribute"/>. The first entry whose <see cref="LocalityDistributeOptions.From"/> matches
    /// <see cref="Self"/> applies. Empty by default.
    /// </summary>
    public IList<LocalityDistributeOptions> Distribute { get; set; } = [];

    /// <summary>
    /// The weights of localities by pattern, for <see cref="LocalityMode.Weighted"/>; zero or more. Localities that match one pattern share its weight in
    /// proportion to the weights of their endpoints. Localities without a match receive nothing. Empty, the
    /// default: the sum of the weights of its endpoints.
    /// </summary>
    public IDictionary<string, double> Weights { get; set; } = new Dictionary<string, double>();

    /// <summary>The settings of <see cref="LocalityMode.ZoneAware"/>.</summary>
    public ZoneAwareOptions ZoneAware { get; set; } = new();
}
