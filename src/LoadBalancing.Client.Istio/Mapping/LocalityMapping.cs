namespace LoadBalancing.Client;

/// <summary>Writes what a policy says about places. In the mesh, ejection alone already makes other regions take over, unless somebody says no.</summary>
internal static class LocalityMapping
{
    /// <returns>Whether places count; where they do not, nothing is written.</returns>
    public static bool Write(TrafficPolicy policy, IstioClientOptions client, PolicyWriter plan)
    {
        LocalityPolicy? locality = policy.LoadBalancer?.Locality;
        bool isFailover = policy.OutlierDetection is not null || locality is { Failover.Count: > 0 } or { FailoverPriority.Count: > 0 };
        bool isDistribute = locality is { Distribute.Count: > 0 };
        if (client.Locality is not { } self || locality is { Enabled.Value: false } || !(isDistribute || isFailover))
        {
            return false;
        }

        plan.Set("Self", self, "the identity");
        plan.Set("Mode", isDistribute ? "Distribute" : "Failover", locality?.Location.ToString() ?? "Istio's default beside outlierDetection");
        if (locality is null)
        {
            return true;
        }

        for (int i = 0; i < locality.Distribute.Count; i++)
        {
            (Located<string> from, IReadOnlyList<(string To, Located<int> Weight)> shares) = locality.Distribute[i];
            PolicyWriter entry = plan.ForSection("Distribute", i);
            entry.Set("From", from);
            foreach ((string to, Located<int> weight) in shares)
            {
                entry.Set($"To:{to}", weight);
            }
        }

        for (int i = 0; i < locality.Failover.Count; i++)
        {
            PolicyWriter entry = plan.ForSection("Failover", i);
            entry.Set("From", locality.Failover[i].From);
            entry.Set("To", locality.Failover[i].To);
        }

        for (int i = 0; i < locality.FailoverPriority.Count; i++)
        {
            plan.Set($"FailoverPriority:{i}", locality.FailoverPriority[i]);
        }

        if (locality.FailoverPriority.Count > 0)
        {
            foreach ((string key, string value) in client.Labels)
            {
                plan.Set($"Labels:{key}", value, "the identity");
            }
        }

        return true;
    }
}
