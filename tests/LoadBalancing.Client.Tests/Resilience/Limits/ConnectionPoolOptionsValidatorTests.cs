namespace LoadBalancing.Client.Tests.Resilience.Limits;

/// <summary>The validation errors of limits and connections.</summary>
public sealed class ConnectionPoolOptionsValidatorTests
{
    [Fact]
    public void Limits_below_one() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxRequests = 0,
        "catalog:ConnectionPool:MaxRequests: 0 is not allowed; it must be 1 or more.");

    [Fact]
    public void A_negative_queue_length() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxPendingRequests = -1,
        "catalog:ConnectionPool:MaxPendingRequests: -1 is not allowed; it must be 0 or more.");

    [Fact]
    public void A_pending_timeout_of_zero() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.PendingTimeout = TimeSpan.Zero,
        "catalog:ConnectionPool:PendingTimeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.");

    [Fact]
    public void An_unsupported_number_of_requests_per_connection() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxRequestsPerConnection = 100,
        "catalog:ConnectionPool:MaxRequestsPerConnection: 100 is not allowed: SocketsHttpHandler cannot limit the requests of a connection. Set 1 for one " +
            "connection per request, or 0 for no limit; to renew connections periodically, set PooledConnectionLifetime on the primary handler.");

    [Fact]
    public void Endpoint_and_connection_limits_below_one() => ReportedErrors.AreExactly(
        static options =>
        {
            options.ConnectionPool.MaxRequestsPerEndpoint = 0;
            options.ConnectionPool.MaxConnections = 0;
            options.ConnectionPool.ConnectTimeout = TimeSpan.Zero;
            options.ConnectionPool.IdleTimeout = TimeSpan.Zero;
            options.BodyIdleTimeout = TimeSpan.Zero;
        },
        "catalog:ConnectionPool:MaxRequestsPerEndpoint: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:MaxConnections: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:ConnectTimeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.",
        "catalog:ConnectionPool:IdleTimeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.",
        "catalog:BodyIdleTimeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.");

    [Fact]
    public void An_invalid_adaptive_limit() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.AdaptiveLimit =
            new() { MinLimit = 0, MaxLimit = 10, InitialLimit = 11, Tolerance = 0.5, Smoothing = 0, QueueSize = 0, LongWindow = 0 },
        "catalog:ConnectionPool:AdaptiveLimit:MinLimit: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:InitialLimit: 11 is not allowed; it must be from MinLimit to MaxLimit, 0 to 10.",
        "catalog:ConnectionPool:AdaptiveLimit:Tolerance: 0.5 is not allowed; it must be a factor, 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:Smoothing: 0 is not allowed; it must be above 0 and at most 1.",
        "catalog:ConnectionPool:AdaptiveLimit:QueueSize: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:LongWindow: 0 is not allowed; it must be 1 or more.");
}
