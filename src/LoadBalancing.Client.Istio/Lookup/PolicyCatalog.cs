namespace LoadBalancing.Client;

/// <summary>The documents that count for a client, found by host. Immutable once built.</summary>
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
            if (!_destinationRules.TryGetValue(rule.Metadata.Namespace, out HostIndex<MergedDestinationRule>? ofNamespace))
            {
                _destinationRules.Add(rule.Metadata.Namespace, ofNamespace = new HostIndex<MergedDestinationRule>());
            }

            string[] names = ExpandHost(rule.Host.Value, rule.Metadata.Namespace);
            ofNamespace.GetOrAdd(names, names => new MergedDestinationRule(names)).Add(rule, findings);
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
                    findings.Error(host.Location, host.Path, $"host '{host.Value}' has a ServiceEntry already: {first.Metadata}. A host has one.");
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

    /// <summary>The port at which a host is called, as far as anybody said so.</summary>
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

    /// <summary>All names by which documents may mean a service of this application.</summary>
    public string[] GetHostNames(string service) => ExpandHost(_client.Hosts.TryGetValue(service, out string? host) ? host : service, _client.Namespace);

    /// <summary>Those of the client's own namespace go before those of the service's, and those before the ones for everybody; within a namespace the most specific host wins.</summary>
    public MergedDestinationRule? FindDestinationRule(string[] names)
    {
        foreach (string? @namespace in new[] { _client.Namespace, HostNames.FindNamespace(names, _client.ClusterDomain), _client.RootNamespace })
        {
            if (@namespace is not null && _destinationRules.TryGetValue(@namespace, out HostIndex<MergedDestinationRule>? ofNamespace) && ofNamespace.Find(names) is { } rule)
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
                && entry.WorkloadSelector.All(wanted => workload.Endpoint.Labels.Any(label => label.Key == wanted.Key && label.Value.Value == wanted.Value.Value)))
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
            findings.Note(service.Metadata.Location, "spec.gateways", $"{service.Metadata.Kind} {service.Metadata.Namespace}/{service.Metadata.Name} is for gateways only and counts for no client.");
            return;
        }

        foreach (Located<string> host in service.Hosts)
        {
            string[] names = ExpandHost(host.Value, service.Metadata.Namespace);
            VirtualService first = _virtualServices.GetOrAdd(names, _ => service);
            if (first != service)
            {
                Located<string> other = first.Hosts.First(candidate => ExpandHost(candidate.Value, first.Metadata.Namespace).Intersect(names).Any());
                findings.Error(host.Location, host.Path, $"host '{host.Value}' has a VirtualService already: {first.Metadata}, which names it at {other.Location}. A host has one.");
            }
        }
    }
}
