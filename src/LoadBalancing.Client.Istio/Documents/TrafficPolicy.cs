namespace LoadBalancing.Client;

/// <summary>A <c>trafficPolicy</c>. Each of its parts is taken or left as a whole.</summary>
internal sealed record TrafficPolicy(
    SourcePlace Place,
    LoadBalancerPolicy? LoadBalancer,
    ConnectionPoolPolicy? ConnectionPool,
    OutlierPolicy? Outliers,
    TlsPolicy? Tls,
    RetryBudgetPolicy? RetryBudget,
    IReadOnlyList<(Given<int> Port, TrafficPolicy Policy)> Ports)
{
    public static readonly TrafficPolicy Nothing = new(default, null, null, null, null, null, []);

    /// <summary>This one, and where it says nothing, the one below: part by part, never field by field.</summary>
    public TrafficPolicy Over(TrafficPolicy below) => new(
        Place,
        LoadBalancer ?? below.LoadBalancer,
        ConnectionPool ?? below.ConnectionPool,
        Outliers ?? below.Outliers,
        Tls ?? below.Tls,
        RetryBudget ?? below.RetryBudget,
        Ports.Count > 0 ? Ports : below.Ports);

    /// <summary>What holds at a port: the port's own policy in the place of all of this one, or this one.</summary>
    public TrafficPolicy At(int port)
    {
        foreach ((Given<int> candidate, TrafficPolicy policy) in Ports)
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
internal sealed record LoadBalancerPolicy(SourcePlace Place, Given<string>? Simple, ConsistentHashPolicy? Hash, LocalityPolicy? Locality, WarmupPolicy? Warmup);

/// <summary><c>consistentHash</c>: one thing to hash, and one table to look it up in.</summary>
internal sealed record ConsistentHashPolicy(
    SourcePlace Place,
    Given<string>? Header,
    HashCookiePolicy? Cookie,
    Given<bool>? SourceIp,
    Given<string>? QueryParameter,
    Given<int>? MinimumRingSize,
    Given<int>? MaglevTableSize);

/// <summary><c>httpCookie</c>.</summary>
internal sealed record HashCookiePolicy(Given<string> Name, Given<string>? Path, Given<TimeSpan>? Ttl);

/// <summary><c>warmup</c>.</summary>
internal sealed record WarmupPolicy(Given<TimeSpan> Duration, Given<double>? MinimumPercent, Given<double>? Aggression);

/// <summary><c>localityLbSetting</c>.</summary>
internal sealed record LocalityPolicy(
    SourcePlace Place,
    Given<bool>? Enabled,
    IReadOnlyList<(Given<string> From, IReadOnlyList<(string To, Given<int> Weight)> To)> Distribute,
    IReadOnlyList<(Given<string> From, Given<string> To)> Failover,
    IReadOnlyList<Given<string>> FailoverPriority);

/// <summary><c>connectionPool</c>. A value of zero means the same as none and is not kept.</summary>
internal sealed record ConnectionPoolPolicy(
    SourcePlace Place,
    Given<int>? MaxConnections,
    Given<TimeSpan>? ConnectTimeout,
    Given<int>? KeepAliveProbes,
    Given<TimeSpan>? KeepAliveTime,
    Given<TimeSpan>? KeepAliveInterval,
    Given<TimeSpan>? TcpIdleTimeout,
    Given<int>? MaxPendingRequests,
    Given<int>? MaxRequests,
    Given<int>? MaxRequestsPerConnection,
    Given<int>? MaxRetries,
    Given<TimeSpan>? HttpIdleTimeout);

/// <summary><c>outlierDetection</c>.</summary>
internal sealed record OutlierPolicy(
    SourcePlace Place,
    Given<int>? ConsecutiveErrors,
    Given<int>? Consecutive5xxErrors,
    Given<int>? ConsecutiveGatewayErrors,
    Given<bool>? SplitLocalErrors,
    Given<int>? ConsecutiveLocalOriginFailures,
    Given<TimeSpan>? Interval,
    Given<TimeSpan>? BaseEjectionTime,
    Given<int>? MaxEjectionPercent,
    Given<int>? MinHealthPercent,
    IReadOnlyList<Given<string>> ErrorStatuses);

/// <summary><c>retryBudget</c>.</summary>
internal sealed record RetryBudgetPolicy(SourcePlace Place, Given<double>? Percent, Given<int>? MinRetryConcurrency);

/// <summary><c>tls</c>.</summary>
internal sealed record TlsPolicy(
    SourcePlace Place,
    Given<string> Mode,
    Given<string>? ClientCertificate,
    Given<string>? PrivateKey,
    Given<string>? CaCertificates,
    IReadOnlyList<Given<string>> SubjectAltNames,
    Given<bool>? InsecureSkipVerify);
