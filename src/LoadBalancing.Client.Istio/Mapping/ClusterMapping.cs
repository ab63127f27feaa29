namespace LoadBalancing.Client;

/// <summary>Writes what a traffic policy says in the words of this library's options. What it leaves unsaid has the mesh's default, not this library's.</summary>
internal static class ClusterMapping
{
    private const string IstioDefault = "Istio's default";
    private static readonly TimeSpan DefaultMaxEjectionTime = TimeSpan.FromSeconds(300);

    public static void Write(TrafficPolicy policy, IstioClientOptions client, PolicyWriter plan)
    {
        WriteLoadBalancer(policy.LoadBalancer, plan);
        WriteWarmup(policy.LoadBalancer?.Warmup, plan.ForSection("SlowStart"));
        LocalityMapping.Write(policy, client, plan.ForSection("Locality"));
        WriteOutlierDetection(policy.OutlierDetection, plan);
        WriteBudget(policy.RetryBudget, plan);
        WriteConnectionPool(policy.ConnectionPool, hasBudget: policy.RetryBudget is not null, plan.ForSection("ConnectionPool"));
    }

    /// <summary>Of a subset, all but what concerns connections, which are the same for the whole service.</summary>
    public static void WriteSubset(TrafficPolicy policy, IstioClientOptions client, PolicyWriter plan)
    {
        WriteLoadBalancer(policy.LoadBalancer, plan);

        // Nor are these left out, where the subset has its own loadBalancer without them.
        if (policy.LoadBalancer?.Warmup is { } warmup)
        {
            WriteWarmup(warmup, plan.ForSection("SlowStart"));
        }
        else
        {
            plan.Set("SlowStart:Window", "0s", IstioDefault);
        }

        if (!LocalityMapping.Write(policy, client, plan.ForSection("Locality")))
        {
            plan.Set("Locality:Mode", "Off", IstioDefault);
        }

        WriteOutlierDetection(policy.OutlierDetection, plan);
        WriteBudget(policy.RetryBudget, plan);

        // Never left out, or the limits of the service would hold.
        PolicyWriter pool = plan.ForSection("ConnectionPool");
        pool.SetOrDefault("MaxConcurrentRetries", policy.RetryBudget is null ? policy.ConnectionPool?.MaxRetries : null, int.MaxValue, IstioDefault);
        pool.SetIfGiven("MaxRequests", policy.ConnectionPool?.MaxRequests);
        pool.SetIfGiven("MaxPendingRequests", policy.ConnectionPool?.MaxPendingRequests);
    }

    private static void WriteLoadBalancer(LoadBalancerPolicy? policy, PolicyWriter plan)
    {
        if (policy?.ConsistentHash is { } hash)
        {
            WriteHash(hash, plan);
        }
        else
        {
            string strategy = policy?.Simple?.Value switch
            {
                "RANDOM" => LoadBalancingStrategies.Random,
                "ROUND_ROBIN" => LoadBalancingStrategies.RoundRobin,
                _ => LoadBalancingStrategies.LeastRequest,
            };
            plan.Set("Strategy", strategy, policy?.Simple?.Location.ToString() ?? IstioDefault);
        }
    }

    private static void WriteWarmup(WarmupPolicy? warmup, PolicyWriter plan)
    {
        if (warmup is not null)
        {
            plan.Set("Window", warmup.Duration);
            plan.SetOrDefault("MinWeightPercent", warmup.MinimumPercent, 10, IstioDefault);
            plan.SetOrDefault("Aggression", warmup.Aggression, 1, IstioDefault);
        }
    }

    private static void WriteHash(ConsistentHashPolicy hash, PolicyWriter plan)
    {
        if (hash.MaglevTableSize is { } size)
        {
            plan.Set("Strategy", LoadBalancingStrategies.Maglev, size.Location);
            plan.Set("ConsistentHash:TableSize", size);
        }
        else
        {
            plan.Set("Strategy", LoadBalancingStrategies.RingHash, hash.Location);
            plan.SetOrDefault("ConsistentHash:MinRingSize", hash.MinimumRingSize, 1024, IstioDefault);
        }

        // As the proxies of the mesh do it, so that both agree on the owner of a key while somebody is out.
        plan.Set("ConsistentHash:OnUnavailableOwner", nameof(UnavailableOwnerBehavior.Rebuild), "Envoy's way");
        PolicyWriter what = plan.ForSection("HashPolicies", 0);
        what.SetIfGiven("Header", hash.Header);
        what.SetIfGiven("QueryParameter", hash.QueryParameter);
        if (hash.SourceIp is { Value: true } sourceIp)
        {
            what.Set("CallerAddress", sourceIp);
        }

        if (hash.Cookie is { } cookie)
        {
            what.Set("Cookie:Name", cookie.Name);
            what.SetIfGiven("Cookie:Ttl", cookie.Ttl);
            what.SetIfGiven("Cookie:Path", cookie.Path);
        }
    }

    private static void WriteOutlierDetection(OutlierDetectionPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter plan = parent.ForSection("OutlierDetection");
        if (policy is null)
        {
            const string None = "Istio's default: without outlierDetection nobody is ejected";
            plan.Set("ConsecutiveErrors", 0, None);
            parent.Set("Panic:ThresholdPercent", 50, "Istio's default without outlierDetection");
            return;
        }

        plan.SetOrDefault("ConsecutiveErrors", policy.Consecutive5xxErrors ?? policy.ConsecutiveErrors, 5, IstioDefault);
        plan.SetOrDefault("ConsecutiveGatewayErrors", policy.ConsecutiveGatewayErrors, 0, IstioDefault);
        if (policy.SplitLocalErrors is { Value: true } split)
        {
            plan.Set("SplitExternalLocalOriginErrors", split);
            plan.SetOrDefault("ConsecutiveLocalOriginFailures", policy.ConsecutiveLocalOriginFailures, 5, IstioDefault);
        }

        for (int i = 0; i < policy.ErrorStatuses.Count; i++)
        {
            plan.Set($"ErrorStatuses:{i}", policy.ErrorStatuses[i]);
        }

        plan.SetOrDefault("Interval", policy.Interval, TimeSpan.FromSeconds(10), IstioDefault);
        plan.SetOrDefault("BaseEjectionTime", policy.BaseEjectionTime, TimeSpan.FromSeconds(30), IstioDefault);
        TimeSpan time = policy.BaseEjectionTime?.Value ?? TimeSpan.Zero;
        plan.Set("MaxEjectionTime", time > DefaultMaxEjectionTime ? time : DefaultMaxEjectionTime, "Envoy's default");
        plan.Set("MaxEjectionTimeJitter", TimeSpan.Zero, "Envoy's default");
        plan.SetOrDefault("MaxEjectionPercent", policy.MaxEjectionPercent, 10, IstioDefault);
        parent.SetOrDefault("Panic:ThresholdPercent", policy.MinHealthPercent, 0, "Istio's default beside outlierDetection");
    }

    private static void WriteBudget(RetryBudgetPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter plan = parent.ForSection("RetryBudget");
        if (policy is null)
        {
            plan.Set("Enabled", false, "Istio's default");
            return;
        }

        plan.Set("Enabled", true, policy.Location);
        plan.SetOrDefault("Percent", policy.Percent, 20, IstioDefault);
        plan.SetOrDefault("MinConcurrentRetries", policy.MinRetryConcurrency, 3, IstioDefault);

        // The mesh's budget goes by what is under way alone; the other half of ours, by what began in the last seconds, is out of reach.
        plan.Set("MinRetriesPerSecond", 1_000_000, "the mesh has no budget by time");
    }

    private static void WriteConnectionPool(ConnectionPoolPolicy? policy, bool hasBudget, PolicyWriter plan)
    {
        if (policy is null)
        {
            return;
        }

        // The mesh's defaults for these are left out: a client with a primary handler of its own takes none of them.
        plan.SetIfGiven("ConnectTimeout", policy.ConnectTimeout);
        plan.SetIfGiven("IdleTimeout", policy.HttpIdleTimeout ?? policy.TcpIdleTimeout);
        plan.SetIfGiven("MaxConnections", policy.MaxConnections);
        plan.SetIfGiven("MaxRequestsPerConnection", policy.MaxRequestsPerConnection);
        plan.SetIfGiven("MaxRequests", policy.MaxRequests);
        plan.SetIfGiven("MaxPendingRequests", policy.MaxPendingRequests);
        if (!hasBudget)
        {
            plan.SetIfGiven("MaxConcurrentRetries", policy.MaxRetries);
        }

        plan.SetIfGiven("KeepAlive:TcpRetryCount", policy.KeepAliveProbes);
        plan.SetIfGiven("KeepAlive:TcpTime", policy.KeepAliveTime);
        plan.SetIfGiven("KeepAlive:TcpInterval", policy.KeepAliveInterval);
    }
}
