namespace LoadBalancing.Client;

/// <summary>Refuses what documents may say of a host and not of a subset, and warns of what has no effect for this client. Out loud: a policy that is dropped in silence is worse than none.</summary>
internal static class UnsupportedPolicies
{
    public static void Report(PolicyCatalog catalog, IstioClientOptions client, FindingList findings)
    {
        foreach (DestinationRule rule in catalog.DestinationRules.SelectMany(static merged => merged.Rules))
        {
            if (rule.Policy is { } policy)
            {
                WarnAboutLocality(policy, client, findings);
            }

            foreach (DestinationSubset subset in rule.Subsets)
            {
                if (subset.Policy is { } own)
                {
                    RejectForSubset(own, findings);
                }
            }
        }
    }

    private static void WarnAboutLocality(TrafficPolicy policy, IstioClientOptions client, FindingList findings)
    {
        foreach (TrafficPolicy each in policy.PortSettings.Select(static port => port.Policy).Prepend(policy))
        {
            if (client.Locality is null && each.LoadBalancer?.Locality is { Enabled: not { Value: false } } locality)
            {
                findings.Warn(locality.Location, "loadBalancer.localityLbSetting", "has no effect: where the client is, is not known; set Locality of the identity.");
            }
        }
    }

    /// <summary>Connections are made by the client, alike for all.</summary>
    private static void RejectForSubset(TrafficPolicy policy, FindingList findings)
    {
        foreach (TrafficPolicy each in policy.PortSettings.Select(static port => port.Policy).Prepend(policy))
        {
            const string Connections = "connections are the client's, alike for all subsets; say it in the trafficPolicy of the rule.";
            ConnectionPoolPolicy? pool = each.ConnectionPool;
            RejectIfGiven(each.Tls?.Location, "tls", Connections, findings);
            RejectIfGiven((pool?.MaxConnections ?? pool?.MaxRequestsPerConnection ?? pool?.KeepAliveProbes)?.Location, "connectionPool", Connections, findings);
            RejectIfGiven((pool?.ConnectTimeout ?? pool?.TcpIdleTimeout ?? pool?.HttpIdleTimeout ?? pool?.KeepAliveTime ?? pool?.KeepAliveInterval)?.Location, "connectionPool", Connections, findings);
        }
    }

    private static void RejectIfGiven(SourceLocation? place, string path, string reason, FindingList findings)
    {
        if (place is { } given)
        {
            findings.Error(given, path, $"refused: {reason}");
        }
    }
}
