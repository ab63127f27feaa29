namespace LoadBalancing.Client;

/// <summary><c>connectionPool</c>. Zero means not set and is stored as null.</summary>
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
