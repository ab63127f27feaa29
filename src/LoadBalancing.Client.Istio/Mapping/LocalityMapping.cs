namespace LoadBalancing.Client;

/// <summary>Maps locality settings. As in the mesh, outlier detection alone enables failover, unless it is disabled.</summary>
internal static class LocalityMapping
{
    /// <returns>Whether locality load balancing is enabled; if not, nothing is written.</returns>
    public static bool Write(TrafficPolicy policy, IstioClientOptions client, PolicyWriter writer)
    {
        LocalityPolicy? locality = policy.LoadBalancer?.Locality;
        bool isFailover = policy.OutlierDetection is not null || locality is { Failover.Count: > 0 } or { FailoverPriority.Count: > 0 };
        bool isDistribute = locality is { Distribute.Count: > 0 };
        if (client.Locality is not { } self || locality is { Enabled.Value: false } || !(isDistribute || isFailover))
        {
            return false;
        }

        writer.Set("Self", self, nameof(IstioClientOptions));
        writer.Set("Mode", isDistribute ? "Distribute" : "Failover", locality?.Location.ToString() ?? "Istio default with outlierDetection");
        if (locality is null)
        {
            return true;
        }

        for (int i = 0; i < locality.Distribute.Count; i++)
        {
            (Located<string> from, IReadOnlyList<(string To, Located<int> Weight)> shares) = locality.Distribute[i];
            PolicyWriter entry = writer.ForSection("Distribute", i);
            entry.Set("From", from);
            foreach ((string to, Located<int> weight) in shares)
            {
                entry.Set($"To:{to}", weight);
            }
        }

        for (int i = 0; i < locality.Failover.Count; i++)
        {
            PolicyWriter entry = writer.ForSection("Failover", i);
            entry.Set("From", locality.Failover[i].From);
            entry.Set("To", locality.Failover[i].To);
        }

        for (int i = 0; i < locality.FailoverPriority.Count; i++)
        {
            writer.Set($"FailoverPriority:{i}", locality.FailoverPriority[i]);
        }

        if (locality.FailoverPriority.Count > 0)
        {
            foreach ((string key, string value) in client.Labels)
            {
                writer.Set($"Labels:{key}", value, nameof(IstioClientOptions));
            }
        }

        return true;
    }
}
