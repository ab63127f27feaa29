namespace LoadBalancing.Client;

/// <summary>Maps a traffic policy to options. Fields that are not set get the mesh's defaults, not this library's.</summary>
internal static class ClusterMapping
{
    private const string IstioDefault = "Istio default";
    private const string EnvoyDefault = "Envoy default";
    private static readonly TimeSpan DefaultMaxEjectionTime = TimeSpan.FromSeconds(300);

    public static void Write(TrafficPolicy policy, IstioClientOptions client, PolicyWriter writer)
    {
        WriteLoadBalancer(policy.LoadBalancer, writer);
        WriteWarmup(policy.LoadBalancer?.Warmup, writer.ForSection("SlowStart"));
        LocalityMapping.Write(policy, client, writer.ForSection("Locality"));
        WriteOutlierDetection(policy.OutlierDetection, writer);
        WriteBudget(policy.RetryBudget, writer);
        WriteConnectionPool(policy.ConnectionPool, hasBudget: policy.RetryBudget is not null, writer.ForSection("ConnectionPool"));
    }

    /// <summary>Maps the policy of a subset, except for connection settings, which are the same for the whole service.</summary>
    public static void WriteSubset(TrafficPolicy policy, IstioClientOptions client, PolicyWriter writer)
    {
        WriteLoadBalancer(policy.LoadBalancer, writer);

        // Written even if not set, or the subset would inherit the value of the service.
        if (policy.LoadBalancer?.Warmup is { } warmup)
        {
            WriteWarmup(warmup, writer.ForSection("SlowStart"));
        }
        else
        {
            writer.Set("SlowStart:Window", "0s", IstioDefault);
        }

        if (!LocalityMapping.Write(policy, client, writer.ForSection("Locality")))
        {
            writer.Set("Locality:Mode", "Off", IstioDefault);
        }

        WriteOutlierDetection(policy.OutlierDetection, writer);
        WriteBudget(policy.RetryBudget, writer);

        // Always written, or the subset would inherit the limits of the service.
        PolicyWriter pool = writer.ForSection("ConnectionPool");
        pool.SetOrDefault("MaxConcurrentRetries", policy.RetryBudget is null ? policy.ConnectionPool?.MaxRetries : null, int.MaxValue, IstioDefault);
        pool.SetIfGiven("MaxRequests", policy.ConnectionPool?.MaxRequests);
        pool.SetIfGiven("MaxPendingRequests", policy.ConnectionPool?.MaxPendingRequests);
    }

    private static void WriteLoadBalancer(LoadBalancerPolicy? policy, PolicyWriter writer)
    {
        if (policy?.ConsistentHash is { } hash)
        {
            WriteHash(hash, writer);
        }
        else
        {
            string strategy = policy?.Simple?.Value switch
            {
                "RANDOM" => LoadBalancingStrategies.Random,
                "ROUND_ROBIN" => LoadBalancingStrategies.RoundRobin,
                _ => LoadBalancingStrategies.LeastRequest,
            };
            writer.Set("Strategy", strategy, policy?.Simple?.Location.ToString() ?? IstioDefault);
        }
    }

    private static void WriteWarmup(WarmupPolicy? warmup, PolicyWriter writer)
    {
        if (warmup is not null)
        {
            writer.Set("Window", warmup.Duration);
            writer.SetOrDefault("MinWeightPercent", warmup.MinimumPercent, 10, IstioDefault);
            writer.SetOrDefault("Aggression", warmup.Aggression, 1, IstioDefault);
        }
    }

    private static void WriteHash(ConsistentHashPolicy hash, PolicyWriter writer)
    {
        if (hash.MaglevTableSize is { } size)
        {
            writer.Set("Strategy", LoadBalancingStrategies.Maglev, size.Location);
            writer.Set("ConsistentHash:TableSize", size);
        }
        else
        {
            writer.Set("Strategy", LoadBalancingStrategies.RingHash, hash.Location);
            writer.SetOrDefault("ConsistentHash:MinRingSize", hash.MinimumRingSize, 1024, IstioDefault);
        }

        // As Envoy does, so that sidecars and clients agree on the hash owner while an endpoint is ejected.
        writer.Set("ConsistentHash:OnUnavailableOwner", nameof(UnavailableOwnerBehavior.Rebuild), EnvoyDefault);
        PolicyWriter input = writer.ForSection("HashPolicies", 0);
        input.SetIfGiven("Header", hash.Header);
        input.SetIfGiven("QueryParameter", hash.QueryParameter);
        if (hash.SourceIp is { Value: true } sourceIp)
        {
            input.Set("CallerAddress", sourceIp);
        }

        if (hash.Cookie is { } cookie)
        {
            input.Set("Cookie:Name", cookie.Name);
            input.SetIfGiven("Cookie:Ttl", cookie.Ttl);
            input.SetIfGiven("Cookie:Path", cookie.Path);
        }
    }

    private static void WriteOutlierDetection(OutlierDetectionPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter writer = parent.ForSection("OutlierDetection");
        if (policy is null)
        {
            const string Default = "Istio default without outlierDetection";
            writer.Set("ConsecutiveErrors", 0, Default);
            parent.Set("Panic:ThresholdPercent", 50, Default);
            return;
        }

        writer.SetOrDefault("ConsecutiveErrors", policy.Consecutive5xxErrors ?? policy.ConsecutiveErrors, 5, IstioDefault);
        writer.SetOrDefault("ConsecutiveGatewayErrors", policy.ConsecutiveGatewayErrors, 0, IstioDefault);
        if (policy.SplitLocalErrors is { Value: true } split)
        {
            writer.Set("SplitExternalLocalOriginErrors", split);
            writer.SetOrDefault("ConsecutiveLocalOriginFailures", policy.ConsecutiveLocalOriginFailures, 5, IstioDefault);
        }

        for (int i = 0; i < policy.ErrorStatuses.Count; i++)
        {
            writer.Set($"ErrorStatuses:{i}", policy.ErrorStatuses[i]);
        }

        writer.SetOrDefault("Interval", policy.Interval, TimeSpan.FromSeconds(10), IstioDefault);
        writer.SetOrDefault("BaseEjectionTime", policy.BaseEjectionTime, TimeSpan.FromSeconds(30), IstioDefault);
        TimeSpan baseTime = policy.BaseEjectionTime?.Value ?? TimeSpan.Zero;
        writer.Set("MaxEjectionTime", baseTime > DefaultMaxEjectionTime ? baseTime : DefaultMaxEjectionTime, EnvoyDefault);
        writer.Set("MaxEjectionTimeJitter", TimeSpan.Zero, EnvoyDefault);
        writer.SetOrDefault("MaxEjectionPercent", policy.MaxEjectionPercent, 10, IstioDefault);
        parent.SetOrDefault("Panic:ThresholdPercent", policy.MinHealthPercent, 0, "Istio default with outlierDetection");
    }

    private static void WriteBudget(RetryBudgetPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter writer = parent.ForSection("RetryBudget");
        if (policy is null)
        {
            writer.Set("Enabled", false, IstioDefault);
            return;
        }

        writer.Set("Enabled", true, policy.Location);
        writer.SetOrDefault("Percent", policy.Percent, 20, IstioDefault);
        writer.SetOrDefault("MinConcurrentRetries", policy.MinRetryConcurrency, 3, IstioDefault);

        // The mesh's budget limits concurrent retries only; this value disables the limit on retries per second.
        writer.Set("MinRetriesPerSecond", 1_000_000, "Istio has no retry rate limit");
    }

    private static void WriteConnectionPool(ConnectionPoolPolicy? policy, bool hasBudget, PolicyWriter writer)
    {
        if (policy is null)
        {
            return;
        }

        // The mesh's defaults are not written, because a client with its own primary handler rejects connection settings.
        writer.SetIfGiven("ConnectTimeout", policy.ConnectTimeout);
        writer.SetIfGiven("IdleTimeout", policy.HttpIdleTimeout ?? policy.TcpIdleTimeout);
        writer.SetIfGiven("MaxConnections", policy.MaxConnections);
        writer.SetIfGiven("MaxRequestsPerConnection", policy.MaxRequestsPerConnection);
        writer.SetIfGiven("MaxRequests", policy.MaxRequests);
        writer.SetIfGiven("MaxPendingRequests", policy.MaxPendingRequests);
        if (!hasBudget)
        {
            writer.SetIfGiven("MaxConcurrentRetries", policy.MaxRetries);
        }

        writer.SetIfGiven("KeepAlive:TcpRetryCount", policy.KeepAliveProbes);
        writer.SetIfGiven("KeepAlive:TcpTime", policy.KeepAliveTime);
        writer.SetIfGiven("KeepAlive:TcpInterval", policy.KeepAliveInterval);
    }
}
