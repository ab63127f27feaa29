namespace LoadBalancing.Client.Tests.Resilience.Limits;

/// <summary>The errors of limits and connections.</summary>
public sealed class ConnectionPoolOptionsValidatorTests
{
    [Fact]
    public void Limits_that_let_nothing_through() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxRequests = 0,
        "catalog:ConnectionPool:MaxRequests: 0 is not allowed; it must be 1 or more.");

    [Fact]
    public void A_queue_of_negative_length() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxPendingRequests = -1,
        "catalog:ConnectionPool:MaxPendingRequests: -1 is not allowed; it must be 0 or more.");

    [Fact]
    public void A_wait_of_no_time() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.PendingTimeout = TimeSpan.Zero,
        "catalog:ConnectionPool:PendingTimeout: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.");

    [Fact]
    public void A_number_of_requests_for_each_connection_that_cannot_be_counted() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.MaxRequestsPerConnection = 100,
        "catalog:ConnectionPool:MaxRequestsPerConnection: 100 is not allowed: SocketsHttpHandler cannot limit the requests of a connection. Set 1 for one connection per request, or 0 for no limit; to renew connections periodically, set PooledConnectionLifetime on the primary handler.");

    [Fact]
    public void Limits_of_endpoints_and_connections_that_let_nothing_through() => ReportedErrors.AreExactly(
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
    public void An_adaptive_limit_that_cannot_be_held() => ReportedErrors.AreExactly(
        static options => options.ConnectionPool.AdaptiveLimit = new() { MinLimit = 0, MaxLimit = 10, InitialLimit = 11, Tolerance = 0.5, Smoothing = 0, QueueSize = 0, LongWindow = 0 },
        "catalog:ConnectionPool:AdaptiveLimit:MinLimit: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:InitialLimit: 11 is not allowed; it must be from MinLimit to MaxLimit, 0 to 10.",
        "catalog:ConnectionPool:AdaptiveLimit:Tolerance: 0.5 is not allowed; it must be a factor, 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:Smoothing: 0 is not allowed; it must be above 0 and at most 1.",
        "catalog:ConnectionPool:AdaptiveLimit:QueueSize: 0 is not allowed; it must be 1 or more.",
        "catalog:ConnectionPool:AdaptiveLimit:LongWindow: 0 is not allowed; it must be 1 or more.");
}
