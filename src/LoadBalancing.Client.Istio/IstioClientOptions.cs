namespace LoadBalancing.Client;

/// <summary>Describes the client to the policy reader: its namespace, labels, locality and service names. Plain data; not safe for concurrent writes.</summary>
public sealed class IstioClientOptions
{
    /// <summary>
    /// The namespace of the client. Short host names refer to services of this namespace, and its DestinationRules take precedence over
    /// those of other namespaces. Default <c>default</c>.
    /// </summary>
    public string Namespace { get; set; } = "default";

    /// <summary>The labels of the client, for <c>workloadSelector</c>, <c>sourceLabels</c> and <c>failoverPriority</c>. Empty by default.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The locality of the client, as <c>region/zone/subzone</c>. Null, the default: unknown; locality policies have no effect.</summary>
    public string? Locality { get; set; }

    /// <summary>The DNS domain of the cluster. Default <c>cluster.local</c>.</summary>
    public string ClusterDomain { get; set; } = "cluster.local";

    /// <summary>The namespace whose DestinationRules apply to clients and services without rules of their own. Default <c>istio-system</c>.</summary>
    public string RootNamespace { get; set; } = "istio-system";

    /// <summary>
    /// The host that documents use for a service, keyed by service name, where the two differ: <c>["catalog-client"] = "catalog.shop"</c>. Empty by
    /// default: the host of a service is the first of its <c>Hosts</c>, or its name if it has none.
    /// </summary>
    public IDictionary<string, string> Hosts { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The port of a service, keyed by service name. Used for <c>portLevelSettings</c>, for <c>port</c> in a match, and to select a port of a
    /// ServiceEntry. Empty by default: the first port of the service's ServiceEntry, or 80 if there is none.
    /// </summary>
    public IDictionary<string, int> Ports { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>
    /// Whether the files are watched for changes. Default true. False: only <see cref="IstioTrafficPolicies.Reload"/> reads them again, for example in
    /// tests that use virtual time.
    /// </summary>
    public bool WatchFiles { get; set; } = true;
}
