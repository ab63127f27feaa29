namespace LoadBalancing.Client;

/// <summary>Writes what a traffic policy says in the words of this library's options. What it leaves unsaid has the mesh's default, not this library's.</summary>
internal static class ClusterMapping
{
    private const string Istio = "Istio's default";
    private static readonly TimeSpan LeastMaxEjectionTime = TimeSpan.FromSeconds(300);

    public static void Write(TrafficPolicy policy, IstioIdentity client, PolicyWriter plan)
    {
        WriteLoadBalancer(policy.LoadBalancer, plan);
        WriteWarmup(policy.LoadBalancer?.Warmup, plan.Below("SlowStart"));
        LocalityMapping.Write(policy, client, plan.Below("Locality"));
        WriteOutliers(policy.Outliers, plan);
        WriteBudget(policy.RetryBudget, plan);
        WriteConnectionPool(policy.ConnectionPool, hasBudget: policy.RetryBudget is not null, plan.Below("ConnectionPool"));
    }

    /// <summary>Of a subset, all but what concerns connections, which are the same for the whole service.</summary>
    public static void WriteSubset(TrafficPolicy policy, IstioIdentity client, PolicyWriter plan)
    {
        WriteLoadBalancer(policy.LoadBalancer, plan);

        // Nor are these left out, where the subset has its own loadBalancer without them.
        if (policy.LoadBalancer?.Warmup is { } warmup)
        {
            WriteWarmup(warmup, plan.Below("SlowStart"));
        }
        else
        {
            plan.Set("SlowStart:Window", "0s", Istio);
        }

        if (!LocalityMapping.Write(policy, client, plan.Below("Locality")))
        {
            plan.Set("Locality:Mode", "Off", Istio);
        }

        WriteOutliers(policy.Outliers, plan);
        WriteBudget(policy.RetryBudget, plan);

        // Never left out, or the limits of the service would hold.
        PolicyWriter pool = plan.Below("ConnectionPool");
        pool.SetOr("MaxRetries", policy.RetryBudget is null ? policy.ConnectionPool?.MaxRetries : null, int.MaxValue, Istio);
        pool.SetIf("MaxRequests", policy.ConnectionPool?.MaxRequests);
        pool.SetIf("MaxPendingRequests", policy.ConnectionPool?.MaxPendingRequests);
    }

    private static void WriteLoadBalancer(LoadBalancerPolicy? policy, PolicyWriter plan)
    {
        if (policy?.Hash is { } hash)
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
            plan.Set("Strategy", strategy, policy?.Simple?.Place.ToString() ?? Istio);
        }
    }

    private static void WriteWarmup(WarmupPolicy? warmup, PolicyWriter plan)
    {
        if (warmup is not null)
        {
            plan.Set("Window", warmup.Duration);
            plan.SetOr("MinWeightPercent", warmup.MinimumPercent, 10, Istio);
            plan.SetOr("Aggression", warmup.Aggression, 1, Istio);
        }
    }

    private static void WriteHash(ConsistentHashPolicy hash, PolicyWriter plan)
    {
        if (hash.MaglevTableSize is { } size)
        {
            plan.Set("Strategy", LoadBalancingStrategies.Maglev, size.Place);
            plan.Set("ConsistentHash:TableSize", size);
        }
        else
        {
            plan.Set("Strategy", LoadBalancingStrategies.RingHash, hash.Place);
            plan.SetOr("ConsistentHash:MinimumRingSize", hash.MinimumRingSize, 1024, Istio);
        }

        // As the proxies of the mesh do it, so that both agree on the owner of a key while somebody is out.
        plan.Set("ConsistentHash:OnUnavailableOwner", nameof(UnavailableOwnerBehavior.Rebuild), "Envoy's way");
        PolicyWriter what = plan.Below("HashPolicies", 0);
        what.SetIf("Header", hash.Header);
        what.SetIf("QueryParameter", hash.QueryParameter);
        if (hash.SourceIp is { Value: true } sourceIp)
        {
            what.Set("CallerAddress", sourceIp);
        }

        if (hash.Cookie is { } cookie)
        {
            what.Set("Cookie:Name", cookie.Name);
            what.SetIf("Cookie:Ttl", cookie.Ttl);
            what.SetIf("Cookie:Path", cookie.Path);
        }
    }

    private static void WriteOutliers(OutlierPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter plan = parent.Below("OutlierDetection");
        if (policy is null)
        {
            const string None = "Istio's default: without outlierDetection nobody is ejected";
            plan.Set("ConsecutiveErrors", 0, None);
            parent.Set("Panic:Threshold", 50, "Istio's default without outlierDetection");
            return;
        }

        plan.SetOr("ConsecutiveErrors", policy.Consecutive5xxErrors ?? policy.ConsecutiveErrors, 5, Istio);
        plan.SetOr("ConsecutiveGatewayErrors", policy.ConsecutiveGatewayErrors, 0, Istio);
        if (policy.SplitLocalErrors is { Value: true } split)
        {
            plan.Set("SplitExternalLocalOriginErrors", split);
            plan.SetOr("ConsecutiveLocalOriginFailures", policy.ConsecutiveLocalOriginFailures, 5, Istio);
        }

        for (int i = 0; i < policy.ErrorStatuses.Count; i++)
        {
            plan.Set($"ErrorStatuses:{i}", policy.ErrorStatuses[i]);
        }

        plan.SetOr("Interval", policy.Interval, TimeSpan.FromSeconds(10), Istio);
        plan.SetOr("BaseEjectionTime", policy.BaseEjectionTime, TimeSpan.FromSeconds(30), Istio);
        TimeSpan time = policy.BaseEjectionTime?.Value ?? TimeSpan.Zero;
        plan.Set("MaxEjectionTime", time > LeastMaxEjectionTime ? time : LeastMaxEjectionTime, "Envoy's default");
        plan.Set("MaxEjectionTimeJitter", TimeSpan.Zero, "Envoy's default");
        plan.SetOr("MaxEjectionPercent", policy.MaxEjectionPercent, 10, Istio);
        parent.SetOr("Panic:Threshold", policy.MinHealthPercent, 0, "Istio's default beside outlierDetection");
    }

    private static void WriteBudget(RetryBudgetPolicy? policy, PolicyWriter parent)
    {
        PolicyWriter plan = parent.Below("Budget");
        if (policy is null)
        {
            plan.Set("Enabled", false, "Istio's default");
            return;
        }

        plan.Set("Enabled", true, policy.Place);
        plan.SetOr("Percent", policy.Percent, 20, Istio);
        plan.SetOr("MinConcurrentRetries", policy.MinRetryConcurrency, 3, Istio);

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
        plan.SetIf("ConnectTimeout", policy.ConnectTimeout);
        plan.SetIf("IdleTimeout", policy.HttpIdleTimeout ?? policy.TcpIdleTimeout);
        plan.SetIf("MaxConnections", policy.MaxConnections);
        plan.SetIf("MaxRequestsPerConnection", policy.MaxRequestsPerConnection);
        plan.SetIf("MaxRequests", policy.MaxRequests);
        plan.SetIf("MaxPendingRequests", policy.MaxPendingRequests);
        if (!hasBudget)
        {
            plan.SetIf("MaxRetries", policy.MaxRetries);
        }

        plan.SetIf("KeepAlive:TcpRetryCount", policy.KeepAliveProbes);
        plan.SetIf("KeepAlive:TcpTime", policy.KeepAliveTime);
        plan.SetIf("KeepAlive:TcpInterval", policy.KeepAliveInterval);
    }
}
