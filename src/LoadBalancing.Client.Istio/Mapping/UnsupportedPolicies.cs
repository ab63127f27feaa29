namespace LoadBalancing.Client;

/// <summary>Reports fields that subsets do not support, and locality settings without effect. A policy that is dropped silently is worse than none.</summary>
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
                findings.Warn(
                    locality.Location,
                    "loadBalancer.localityLbSetting",
                    "has no effect: the client's locality is unknown; set Locality in IstioClientOptions.");
            }
        }
    }

    /// <summary>Connections are shared by all subsets of a service.</summary>
    private static void RejectForSubset(TrafficPolicy policy, FindingList findings)
    {
        foreach (TrafficPolicy each in policy.PortSettings.Select(static port => port.Policy).Prepend(policy))
        {
            const string Connections = "connections are shared by all subsets; set it in the trafficPolicy of the rule.";
            ConnectionPoolPolicy? pool = each.ConnectionPool;
            RejectIfGiven(each.Tls?.Location, "tls", Connections, findings);
            RejectIfGiven((pool?.MaxConnections ?? pool?.MaxRequestsPerConnection ?? pool?.KeepAliveProbes)?.Location, "connectionPool", Connections, findings);
            Located<TimeSpan>? time = pool?.ConnectTimeout ?? pool?.TcpIdleTimeout ?? pool?.HttpIdleTimeout ?? pool?.KeepAliveTime ?? pool?.KeepAliveInterval;
            RejectIfGiven(time?.Location, "connectionPool", Connections, findings);
        }
    }

    private static void RejectIfGiven(SourceLocation? location, string path, string reason, FindingList findings)
    {
        if (location is { } given)
        {
            findings.Error(given, path, $"not supported: {reason}");
        }
    }
}
