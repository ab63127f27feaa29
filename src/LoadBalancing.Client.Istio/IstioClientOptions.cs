namespace LoadBalancing.Client;

/// <summary>Who the client is, in the eyes of the mesh. Plain data; not safe for writing from several threads.</summary>
public sealed class IstioClientOptions
{
    /// <summary>The namespace in which the client runs. Short hosts in it mean services of it, and its own rules go before those of others. Default <c>default</c>.</summary>
    public string Namespace { get; set; } = "default";

    /// <summary>The client's labels, for <c>workloadSelector</c>, <c>sourceLabels</c> and <c>failoverPriority</c>. Empty by default.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where the client runs, as <c>region/zone/subzone</c>. Null, the default: not known, so policies by locality have no effect.</summary>
    public string? Locality { get; set; }

    /// <summary>The domain below which the cluster's services have their names. Default <c>cluster.local</c>.</summary>
    public string ClusterDomain { get; set; } = "cluster.local";

    /// <summary>The namespace whose DestinationRules count for everybody who has no others. Default <c>istio-system</c>.</summary>
    public string RootNamespace { get; set; } = "istio-system";

    /// <summary>
    /// The hosts by which documents know services that have another name here, by the name of the service: <c>["catalog-client"] = "catalog.shop"</c>. Empty by default: a service's host is the first of its <c>Hosts</c>,
    /// else its name.
    /// </summary>
    public IDictionary<string, string> Hosts { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The ports at which services are called, by the name of the service, for <c>portLevelSettings</c>, for <c>port</c> in a match, and to choose among the ports of a ServiceEntry. Empty by default: the first port of the
    /// service's ServiceEntry, else 80.
    /// </summary>
    public IDictionary<string, int> Ports { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Whether the files are followed as they change. Default true. False: only <see cref="IstioTrafficPolicies.Reload"/> reads them again, as a test in virtual time wants it.</summary>
    public bool WatchFiles { get; set; } = true;
}
