namespace LoadBalancing.Client;

/// <summary>Maps all documents that apply to a service.</summary>
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

        ServicePort? servicePort = service.Port is { } number
            ? entry?.Ports.FirstOrDefault(candidate => candidate.Number.Value == number)
            : entry is { Ports: [{ } first, ..] } ? first : null;
        int port = service.Port ?? servicePort?.Number.Value ?? DefaultPort;
        var writer = new PolicyWriter();
        var documents = new List<string>();
        TlsPolicy? tls = null;
        if (entry is not null)
        {
            documents.Add(entry.Metadata.ToString());
            if (servicePort is not null)
            {
                EndpointMapping.Write(entry, servicePort, service, catalog, writer);
            }
        }

        if (rule is not null)
        {
            documents.AddRange(rule.Rules.Select(static document => document.Metadata.ToString()));
            TrafficPolicy policy = (rule.Policy ?? TrafficPolicy.Empty).ForPort(port);
            ClusterMapping.Write(policy, client, writer);
            WriteSubsets(rule, port, client, writer);
            tls = policy.Tls;
        }

        if (virtualService is not null)
        {
            documents.Add(virtualService.Metadata.ToString());
            RouteMapping.Write(virtualService, service, catalog, client, port, writer);
        }

        return new IstioServicePolicy(service.Name, service.HostNames[^1], documents, rule is not null, virtualService is not null, writer.Entries, tls);
    }

    /// <summary>A subset inherits the policies of the rule, part by part; port settings take precedence over the rest of a policy.</summary>
    private static void WriteSubsets(MergedDestinationRule rule, int port, IstioClientOptions client, PolicyWriter writer)
    {
        TrafficPolicy rulePolicy = rule.Policy ?? TrafficPolicy.Empty;
        foreach (DestinationSubset subset in rule.Subsets)
        {
            PolicyWriter own = writer.ForSection("Subsets").ForSection(subset.Name.Value);
            foreach ((string key, Located<string> value) in subset.Labels)
            {
                own.Set($"Labels:{key}", value);
            }

            TrafficPolicy merged = (subset.Policy ?? TrafficPolicy.Empty).InheritFrom(rulePolicy);
            ClusterMapping.WriteSubset(merged.ForPort(port), client, own);
        }
    }
}
