namespace LoadBalancing.Client;

/// <summary>Brings together everything that documents say about a service.</summary>
internal static class ServiceMapping
{
    private const int DefaultPort = 80;

    public static IstioServicePolicy? Map(PolicyTarget service, PolicyCatalog catalog, IstioClientOptions client)
    {
        MergedDestinationRule? rule = catalog.FindDestinationRule(service.HostNames);
        VirtualService? virtualService = catalog.FindVirtualService(service.HostNames);
        ServiceEntry? entry = catalog.FindServiceEntry(service.HostNames);
        if (rule is null && virtualService is null && entry is null)
        {
            return null;
        }

        ServicePort? servicePort = entry is null ? null : service.Port is { } asked ? entry.Ports.FirstOrDefault(candidate => candidate.Number.Value == asked) : entry.Ports.Count > 0 ? entry.Ports[0] : null;
        int port = service.Port ?? servicePort?.Number.Value ?? DefaultPort;
        var plan = new PolicyWriter();
        var documents = new List<string>();
        TlsPolicy? tls = null;
        if (entry is not null)
        {
            documents.Add(entry.Metadata.ToString());
            if (servicePort is not null)
            {
                EndpointMapping.Write(entry, servicePort, service, catalog, plan);
            }
        }

        if (rule is not null)
        {
            documents.AddRange(rule.Rules.Select(static document => document.Metadata.ToString()));
            TrafficPolicy policy = (rule.Policy ?? TrafficPolicy.Empty).ForPort(port);
            ClusterMapping.Write(policy, client, plan);
            WriteSubsets(rule, port, client, plan);
            tls = policy.Tls;
        }

        if (virtualService is not null)
        {
            documents.Add(virtualService.Metadata.ToString());
            RouteMapping.Write(virtualService, service, catalog, client, port, plan);
        }

        return new IstioServicePolicy(service.Name, service.HostNames[^1], documents, rule is not null, virtualService is not null, plan.Entries, tls);
    }

    /// <summary>A subset has the policies of the rule, but for the parts that it has itself; what either says of the port goes before what it says of all.</summary>
    private static void WriteSubsets(MergedDestinationRule rule, int port, IstioClientOptions client, PolicyWriter plan)
    {
        TrafficPolicy whole = rule.Policy ?? TrafficPolicy.Empty;
        foreach (DestinationSubset subset in rule.Subsets)
        {
            PolicyWriter own = plan.ForSection("Subsets").ForSection(subset.Name.Value);
            foreach ((string key, Located<string> value) in subset.Labels)
            {
                own.Set($"Labels:{key}", value);
            }

            TrafficPolicy merged = (subset.Policy ?? TrafficPolicy.Empty).InheritFrom(whole);
            ClusterMapping.WriteSubset(merged.ForPort(port), client, own);
        }
    }
}
