namespace LoadBalancing.Client;

/// <summary>Refuses what documents may say of a host and not of a subset, and warns of what has no effect for this client. Out loud: a policy that is dropped in silence is worse than none.</summary>
internal static class Unmapped
{
    public static void Report(PolicyCatalog catalog, IstioIdentity client, FindingList findings)
    {
        foreach (DestinationRule rule in catalog.Rules.SelectMany(static merged => merged.Rules))
        {
            if (rule.Policy is { } policy)
            {
                WarnOfLocalities(policy, client, findings);
            }

            foreach (DestinationSubset subset in rule.Subsets)
            {
                if (subset.Policy is { } own)
                {
                    RefuseForSubset(own, findings);
                }
            }
        }
    }

    private static void WarnOfLocalities(TrafficPolicy policy, IstioIdentity client, FindingList findings)
    {
        foreach (TrafficPolicy each in policy.Ports.Select(static port => port.Policy).Prepend(policy))
        {
            if (client.Locality is null && each.LoadBalancer?.Locality is { Enabled: not { Value: false } } locality)
            {
                findings.Warn(locality.Place, "loadBalancer.localityLbSetting", "has no effect: where the client is, is not known; set Locality of the identity.");
            }
        }
    }

    /// <summary>Connections are made by the client, alike for all.</summary>
    private static void RefuseForSubset(TrafficPolicy policy, FindingList findings)
    {
        foreach (TrafficPolicy each in policy.Ports.Select(static port => port.Policy).Prepend(policy))
        {
            const string Connections = "connections are the client's, alike for all subsets; say it in the trafficPolicy of the rule.";
            ConnectionPoolPolicy? pool = each.ConnectionPool;
            RefuseIf(each.Tls?.Place, "tls", Connections, findings);
            RefuseIf((pool?.MaxConnections ?? pool?.MaxRequestsPerConnection ?? pool?.KeepAliveProbes)?.Place, "connectionPool", Connections, findings);
            RefuseIf((pool?.ConnectTimeout ?? pool?.TcpIdleTimeout ?? pool?.HttpIdleTimeout ?? pool?.KeepAliveTime ?? pool?.KeepAliveInterval)?.Place, "connectionPool", Connections, findings);
        }
    }

    private static void RefuseIf(SourcePlace? place, string path, string reason, FindingList findings)
    {
        if (place is { } given)
        {
            findings.Error(given, path, $"refused: {reason}");
        }
    }
}
