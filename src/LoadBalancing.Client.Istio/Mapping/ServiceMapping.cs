namespace LoadBalancing.Client;

/// <summary>Brings together everything that documents say about a service.</summary>
internal static class ServiceMapping
{
    private const int DefaultPort = 80;

    public static IstioServicePolicy? Map(MappedService service, PolicyCatalog catalog, IstioIdentity client)
    {
        MergedRule? rule = catalog.FindRule(service.Names);
        VirtualService? virtualService = catalog.FindVirtualService(service.Names);
        ServiceEntry? entry = catalog.FindServiceEntry(service.Names);
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
            documents.Add(entry.Head.ToString());
            if (servicePort is not null)
            {
                EndpointMapping.Write(entry, servicePort, service, catalog, plan);
            }
        }

        if (rule is not null)
        {
            documents.AddRange(rule.Rules.Select(static document => document.Head.ToString()));
            TrafficPolicy policy = (rule.Policy ?? TrafficPolicy.Nothing).At(port);
            ClusterMapping.Write(policy, client, plan);
            WriteSubsets(rule, port, client, plan);
            tls = policy.Tls;
        }

        if (virtualService is not null)
        {
            documents.Add(virtualService.Head.ToString());
            RouteMapping.Write(virtualService, service, catalog, client, port, plan);
        }

        return new IstioServicePolicy(service.Name, service.Names[^1], documents, rule is not null, virtualService is not null, plan.Entries, tls);
    }

    /// <summary>A subset has the policies of the rule, but for the parts that it has itself; what either says of the port goes before what it says of all.</summary>
    private static void WriteSubsets(MergedRule rule, int port, IstioIdentity client, PolicyWriter plan)
    {
        TrafficPolicy whole = rule.Policy ?? TrafficPolicy.Nothing;
        foreach (DestinationSubset subset in rule.Subsets)
        {
            PolicyWriter own = plan.Below("Subsets").Below(subset.Name.Value);
            foreach ((string key, Given<string> value) in subset.Labels)
            {
                own.Set($"Labels:{key}", value);
            }

            TrafficPolicy merged = (subset.Policy ?? TrafficPolicy.Nothing).Over(whole);
            ClusterMapping.WriteSubset(merged.At(port), client, own);
        }
    }
}
