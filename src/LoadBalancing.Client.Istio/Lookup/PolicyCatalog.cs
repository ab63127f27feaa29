namespace LoadBalancing.Client;

/// <summary>The documents that count for a client, found by host. Immutable once built.</summary>
internal sealed class PolicyCatalog
{
    private readonly Dictionary<string, HostIndex<MergedRule>> _rules = new(StringComparer.Ordinal);
    private readonly HostIndex<VirtualService> _virtualServices = new();
    private readonly HostIndex<ServiceEntry> _serviceEntries = new();
    private readonly Dictionary<(string Namespace, string Name), VirtualService> _delegates = [];
    private readonly List<WorkloadEntry> _workloads;
    private readonly IstioIdentity _client;

    public PolicyCatalog(DocumentReader documents, IstioIdentity client, FindingList findings)
    {
        _client = client;
        _workloads = documents.WorkloadEntries;
        foreach (DestinationRule rule in documents.DestinationRules.Where(rule => rule.Visibility.Includes(rule.Head.Namespace, client)))
        {
            if (!_rules.TryGetValue(rule.Head.Namespace, out HostIndex<MergedRule>? ofNamespace))
            {
                _rules.Add(rule.Head.Namespace, ofNamespace = new HostIndex<MergedRule>());
            }

            string[] names = NamesOf(rule.Host.Value, rule.Head.Namespace);
            ofNamespace.GetOrAdd(names, names => new MergedRule(names)).Add(rule, findings);
        }

        foreach (VirtualService service in documents.VirtualServices)
        {
            AddVirtualService(service, findings);
        }

        foreach (ServiceEntry entry in documents.ServiceEntries.Where(entry => entry.Visibility.Includes(entry.Head.Namespace, client)))
        {
            foreach (Given<string> host in entry.Hosts)
            {
                string[] names = NamesOf(host.Value, entry.Head.Namespace);
                ServiceEntry first = _serviceEntries.GetOrAdd(names, _ => entry);
                if (first != entry)
                {
                    findings.Error(host.Place, host.Path, $"host '{host.Value}' has a ServiceEntry already: {first.Head}. A host has one.");
                }
            }
        }

        Rules = [.. _rules.Values.SelectMany(static index => index.All)];
        VirtualServices = [.. documents.VirtualServices];
        ServiceEntries = [.. documents.ServiceEntries];
    }

    public IReadOnlyList<MergedRule> Rules { get; }

    public IReadOnlyList<VirtualService> VirtualServices { get; }

    public IReadOnlyList<ServiceEntry> ServiceEntries { get; }

    public string[] NamesOf(string host, string @namespace) => HostNames.Of(host, @namespace, _client.ClusterDomain);

    /// <summary>The port at which a host is called, as far as anybody said so.</summary>
    public int? PortOf(string[] names)
    {
        foreach ((string service, int port) in _client.Ports)
        {
            if (HostsOf(service).Intersect(names).Any())
            {
                return port;
            }
        }

        return FindServiceEntry(names) is { Ports: [{ } first, ..] } ? first.Number.Value : null;
    }

    /// <summary>All names by which documents may mean a service of this application.</summary>
    public string[] HostsOf(string service) => NamesOf(_client.Hosts.TryGetValue(service, out string? host) ? host : service, _client.Namespace);

    /// <summary>Those of the client's own namespace go before those of the service's, and those before the ones for everybody; within a namespace the most specific host wins.</summary>
    public MergedRule? FindRule(string[] names)
    {
        foreach (string? @namespace in new[] { _client.Namespace, HostNames.NamespaceOf(names, _client.ClusterDomain), _client.RootNamespace })
        {
            if (@namespace is not null && _rules.TryGetValue(@namespace, out HostIndex<MergedRule>? ofNamespace) && ofNamespace.Find(names) is { } rule)
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
    public IEnumerable<WorkloadEndpoint> EndpointsOf(ServiceEntry entry) => entry.WorkloadSelector.Count == 0
        ? entry.Endpoints
        : _workloads
            .Where(workload => workload.Head.Namespace == entry.Head.Namespace
                && entry.WorkloadSelector.All(wanted => workload.Endpoint.Labels.Any(label => label.Key == wanted.Key && label.Value.Value == wanted.Value.Value)))
            .Select(static workload => workload.Endpoint);

    private void AddVirtualService(VirtualService service, FindingList findings)
    {
        if (service.Hosts.Count == 0)
        {
            _delegates.TryAdd((service.Head.Namespace, service.Head.Name), service);
            return;
        }

        if (!service.Visibility.Includes(service.Head.Namespace, _client))
        {
            return;
        }

        if (service.Gateways.Count > 0 && service.Gateways.All(static gateway => gateway.Value != "mesh"))
        {
            findings.Note(service.Head.Place, "spec.gateways", $"{service.Head.Kind} {service.Head.Namespace}/{service.Head.Name} is for gateways only and counts for no client.");
            return;
        }

        foreach (Given<string> host in service.Hosts)
        {
            string[] names = NamesOf(host.Value, service.Head.Namespace);
            VirtualService first = _virtualServices.GetOrAdd(names, _ => service);
            if (first != service)
            {
                Given<string> other = first.Hosts.First(candidate => NamesOf(candidate.Value, first.Head.Namespace).Intersect(names).Any());
                findings.Error(host.Place, host.Path, $"host '{host.Value}' has a VirtualService already: {first.Head}, which names it at {other.Place}. A host has one.");
            }
        }
    }
}
