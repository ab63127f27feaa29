namespace LoadBalancing.Client;

/// <summary>The documents that apply to a client, indexed by host. Immutable after construction.</summary>
internal sealed class PolicyCatalog
{
    private readonly Dictionary<string, HostIndex<MergedDestinationRule>> _destinationRules = new(StringComparer.Ordinal);
    private readonly HostIndex<VirtualService> _virtualServices = new();
    private readonly HostIndex<ServiceEntry> _serviceEntries = new();
    private readonly Dictionary<(string Namespace, string Name), VirtualService> _delegates = [];
    private readonly List<WorkloadEntry> _workloads;
    private readonly IstioClientOptions _client;

    public PolicyCatalog(DocumentReader documents, IstioClientOptions client, FindingList findings)
    {
        _client = client;
        _workloads = documents.WorkloadEntries;
        foreach (DestinationRule rule in documents.DestinationRules.Where(rule => rule.Visibility.IsVisibleTo(rule.Metadata.Namespace, client)))
        {
            if (!_destinationRules.TryGetValue(rule.Metadata.Namespace, out HostIndex<MergedDestinationRule>? namespaceIndex))
            {
                _destinationRules.Add(rule.Metadata.Namespace, namespaceIndex = new HostIndex<MergedDestinationRule>());
            }

            string[] names = ExpandHost(rule.Host.Value, rule.Metadata.Namespace);
            namespaceIndex.GetOrAdd(names, names => new MergedDestinationRule(names)).Add(rule, findings);
        }

        foreach (VirtualService service in documents.VirtualServices)
        {
            AddVirtualService(service, findings);
        }

        foreach (ServiceEntry entry in documents.ServiceEntries.Where(entry => entry.Visibility.IsVisibleTo(entry.Metadata.Namespace, client)))
        {
            foreach (Located<string> host in entry.Hosts)
            {
                string[] names = ExpandHost(host.Value, entry.Metadata.Namespace);
                ServiceEntry first = _serviceEntries.GetOrAdd(names, _ => entry);
                if (first != entry)
                {
                    findings.Error(
                        host.Location,
                        host.Path,
                        $"host '{host.Value}' already has a ServiceEntry: {first.Metadata}; only one per host is allowed.");
                }
            }
        }

        DestinationRules = [.. _destinationRules.Values.SelectMany(static index => index.All)];
        VirtualServices = [.. documents.VirtualServices];
        ServiceEntries = [.. documents.ServiceEntries];
    }

    public IReadOnlyList<MergedDestinationRule> DestinationRules { get; }

    public IReadOnlyList<VirtualService> VirtualServices { get; }

    public IReadOnlyList<ServiceEntry> ServiceEntries { get; }

    public string[] ExpandHost(string host, string @namespace) => HostNames.Expand(host, @namespace, _client.ClusterDomain);

    /// <summary>The port of a host; null if unknown.</summary>
    public int? FindPort(string[] names)
    {
        foreach ((string service, int port) in _client.Ports)
        {
            if (GetHostNames(service).Intersect(names).Any())
            {
                return port;
            }
        }

        return FindServiceEntry(names) is { Ports: [{ } first, ..] } ? first.Number.Value : null;
    }

    /// <summary>All fully qualified names of a service of this application.</summary>
    public string[] GetHostNames(string service) => ExpandHost(_client.Hosts.TryGetValue(service, out string? host) ? host : service, _client.Namespace);

    /// <summary>
    /// Rules of the client's own namespace take precedence over those of the service's, and those over the root namespace; within a namespace the most
    /// specific host wins.
    /// </summary>
    public MergedDestinationRule? FindDestinationRule(string[] names)
    {
        foreach (string? @namespace in new[] { _client.Namespace, HostNames.FindNamespace(names, _client.ClusterDomain), _client.RootNamespace })
        {
            if (@namespace is not null
                && _destinationRules.TryGetValue(@namespace, out HostIndex<MergedDestinationRule>? namespaceIndex)
                && namespaceIndex.Find(names) is { } rule)
            {
                return rule;
            }
        }

        return null;
    }

    public VirtualService? FindVirtualService(string[] names) => _virtualServices.Find(names);

    public ServiceEntry? FindServiceEntry(string[] names) => _serviceEntries.Find(names);

    public VirtualService? FindDelegate(string @namespace, string name) => _delegates.GetValueOrDefault((@namespace, name));

    /// <summary>The workloads that a ServiceEntry selects, or its own endpoints.</summary>
    public IEnumerable<WorkloadEndpoint> GetEndpoints(ServiceEntry entry) => entry.WorkloadSelector.Count == 0
        ? entry.Endpoints
        : _workloads
            .Where(workload => workload.Metadata.Namespace == entry.Metadata.Namespace
                && entry.WorkloadSelector.All(required =>
                    workload.Endpoint.Labels.Any(label => label.Key == required.Key && label.Value.Value == required.Value.Value)))
            .Select(static workload => workload.Endpoint);

    private void AddVirtualService(VirtualService service, FindingList findings)
    {
        if (service.Hosts.Count == 0)
        {
            _delegates.TryAdd((service.Metadata.Namespace, service.Metadata.Name), service);
            return;
        }

        if (!service.Visibility.IsVisibleTo(service.Metadata.Namespace, _client))
        {
            return;
        }

        if (service.Gateways.Count > 0 && service.Gateways.All(static gateway => gateway.Value != "mesh"))
        {
            findings.Note(
                service.Metadata.Location,
                "spec.gateways",
                $"{service.Metadata.Kind} {service.Metadata.Namespace}/{service.Metadata.Name} applies to gateways only, not to clients.");
            return;
        }

        foreach (Located<string> host in service.Hosts)
        {
            string[] names = ExpandHost(host.Value, service.Metadata.Namespace);
            VirtualService first = _virtualServices.GetOrAdd(names, _ => service);
            if (first != service)
            {
                Located<string> other = first.Hosts.First(candidate => ExpandHost(candidate.Value, first.Metadata.Namespace).Intersect(names).Any());
                findings.Error(
                    host.Location,
                    host.Path,
                    $"host '{host.Value}' already has a VirtualService: {first.Metadata}, which names it at {other.Location}; only one per host is allowed.");
            }
        }
    }
}
