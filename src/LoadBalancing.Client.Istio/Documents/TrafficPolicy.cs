namespace LoadBalancing.Client;

/// <summary>A <c>trafficPolicy</c>. Each of its parts is taken or left as a whole.</summary>
internal sealed record TrafficPolicy(
    SourceLocation Location,
    LoadBalancerPolicy? LoadBalancer,
    ConnectionPoolPolicy? ConnectionPool,
    OutlierDetectionPolicy? OutlierDetection,
    TlsPolicy? Tls,
    RetryBudgetPolicy? RetryBudget,
    IReadOnlyList<(Located<int> Port, TrafficPolicy Policy)> PortSettings)
{
    public static readonly TrafficPolicy Empty = new(default, null, null, null, null, null, []);

    /// <summary>This one, and where it says nothing, the one below: part by part, never field by field.</summary>
    public TrafficPolicy InheritFrom(TrafficPolicy below) => new(
        Location,
        LoadBalancer ?? below.LoadBalancer,
        ConnectionPool ?? below.ConnectionPool,
        OutlierDetection ?? below.OutlierDetection,
        Tls ?? below.Tls,
        RetryBudget ?? below.RetryBudget,
        PortSettings.Count > 0 ? PortSettings : below.PortSettings);

    /// <summary>What holds at a port: the port's own policy in the place of all of this one, or this one.</summary>
    public TrafficPolicy ForPort(int port)
    {
        foreach ((Located<int> candidate, TrafficPolicy policy) in PortSettings)
        {
            if (candidate.Value == port)
            {
                return policy;
            }
        }

        return this;
    }
}

/// <summary><c>loadBalancer</c>.</summary>
internal sealed record LoadBalancerPolicy(SourceLocation Location, Located<string>? Simple, ConsistentHashPolicy? ConsistentHash, LocalityPolicy? Locality, WarmupPolicy? Warmup);

/// <summary><c>consistentHash</c>: one thing to hash, and one table to look it up in.</summary>
internal sealed record ConsistentHashPolicy(
    SourceLocation Location,
    Located<string>? Header,
    HashCookiePolicy? Cookie,
    Located<bool>? SourceIp,
    Located<string>? QueryParameter,
    Located<int>? MinimumRingSize,
    Located<int>? MaglevTableSize);

/// <summary><c>httpCookie</c>.</summary>
internal sealed record HashCookiePolicy(Located<string> Name, Located<string>? Path, Located<TimeSpan>? Ttl);

/// <summary><c>warmup</c>.</summary>
internal sealed record WarmupPolicy(Located<TimeSpan> Duration, Located<double>? MinimumPercent, Located<double>? Aggression);

/// <summary><c>localityLbSetting</c>.</summary>
internal sealed record LocalityPolicy(
    SourceLocation Location,
    Located<bool>? Enabled,
    IReadOnlyList<(Located<string> From, IReadOnlyList<(string To, Located<int> Weight)> To)> Distribute,
    IReadOnlyList<(Located<string> From, Located<string> To)> Failover,
    IReadOnlyList<Located<string>> FailoverPriority);

/// <summary><c>connectionPool</c>. A value of zero means the same as none and is not kept.</summary>
internal sealed record ConnectionPoolPolicy(
    SourceLocation Location,
    Located<int>? MaxConnections,
    Located<TimeSpan>? ConnectTimeout,
    Located<int>? KeepAliveProbes,
    Located<TimeSpan>? KeepAliveTime,
    Located<TimeSpan>? KeepAliveInterval,
    Located<TimeSpan>? TcpIdleTimeout,
    Located<int>? MaxPendingRequests,
    Located<int>? MaxRequests,
    Located<int>? MaxRequestsPerConnection,
    Located<int>? MaxRetries,
    Located<TimeSpan>? HttpIdleTimeout);

/// <summary><c>outlierDetection</c>.</summary>
internal sealed record OutlierDetectionPolicy(
    SourceLocation Location,
    Located<int>? ConsecutiveErrors,
    Located<int>? Consecutive5xxErrors,
    Located<int>? ConsecutiveGatewayErrors,
    Located<bool>? SplitLocalErrors,
    Located<int>? ConsecutiveLocalOriginFailures,
    Located<TimeSpan>? Interval,
    Located<TimeSpan>? BaseEjectionTime,
    Located<int>? MaxEjectionPercent,
    Located<int>? MinHealthPercent,
    IReadOnlyList<Located<string>> ErrorStatuses);

/// <summary><c>retryBudget</c>.</summary>
internal sealed record RetryBudgetPolicy(SourceLocation Location, Located<double>? Percent, Located<int>? MinRetryConcurrency);

/// <summary><c>tls</c>.</summary>
internal sealed record TlsPolicy(
    SourceLocation Location,
    Located<string> Mode,
    Located<string>? ClientCertificate,
    Located<string>? PrivateKey,
    Located<string>? CaCertificates,
    IReadOnlyList<Located<string>> SubjectAltNames,
    Located<bool>? InsecureSkipVerify);
