namespace LoadBalancing.Client;

/// <summary>
/// Concurrency limits of a service, and its connection settings. The limits apply to the service as a whole, across all its clients and routes, over
/// HTTP/1.1 and
/// HTTP/2 alike. A call above a limit fails with a <see cref="LoadBalancerOverflowException"/>, which is never retried and never counts as a failure
/// of an endpoint.
/// </summary>
/// <remarks>
/// After a reload, limits take effect with the next attempt. Connection settings (<see cref="MaxConnections"/>, <see cref="ConnectTimeout"/>,
/// <see cref="IdleTimeout"/>, <see cref="MaxRequestsPerConnection"/>,
/// <see cref="KeepAlive"/>) are applied when the factory creates a client's handlers, by default every two minutes, and last as long as those handlers.
/// </remarks>
public sealed class ConnectionPoolOptions
{
    /// <summary>
    /// The maximum number of concurrent attempts, first attempts and retries alike, from the pick until the response is read or disposed. Leases from
    /// direct picks count
    /// too, until they end. 1 or more. Null, the default: no limit. Attempts without a permit wait in a FIFO queue.
    /// </summary>
    public int? MaxRequests { get; set; }

    /// <summary>
    /// The maximum number of attempts that wait for a permit; further ones are rejected. 0: no queue. Null, the default: no limit. No effect without
    /// <see cref="MaxRequests"/>.
    /// </summary>
    public int? MaxPendingRequests { get; set; }

    /// <summary>
    /// The longest wait for a permit, after which the call is rejected. Above zero. Null, the default, or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: the rest of the call's
    /// <see cref="LoadBalancingOptions.Timeout"/>, which limits every wait. The wait never counts as a failure of an endpoint, and
    /// <see cref="RetryOptions.PerTryTimeout"/> starts after it.
    /// </summary>
    public TimeSpan? PendingTimeout { get; set; }

    /// <summary>
    /// The maximum number of calls that are in retries concurrently, each from the backoff before its first retry until its end. 0: no retries. Null,
    /// the default: no
    /// limit other than the <see cref="LoadBalancingOptions.RetryBudget"/>.
    /// </summary>
    public int? MaxConcurrentRetries { get; set; }

    /// <summary>
    /// The maximum number of concurrent attempts per endpoint, counted by address. 1 or more. Null, the default: no limit. Picks skip a full
    /// endpoint; when all available
    /// endpoints are full, attempts wait as for <see cref="MaxRequests"/>, in the same queue. It limits the streams of HTTP/2 as well as the
    /// connections of HTTP/1.1.
    /// </summary>
    public int? MaxRequestsPerEndpoint { get; set; }

    /// <summary>
    /// A concurrency limit per endpoint that adapts to its latency, at most <see cref="MaxRequestsPerEndpoint"/> where that is set. Null, the
    /// default: none.
    /// </summary>
    public AdaptiveLimitOptions? AdaptiveLimit { get; set; }

    /// <summary>
    /// The maximum number of connections to one endpoint. 1 or more. Null, the default: no limit. It concerns HTTP/1.1, where it is also the limit on
    /// concurrent attempts per endpoint: as with <see cref="MaxRequestsPerEndpoint"/>, picks skip a full endpoint, and an attempt that finds all full waits in
    /// the queue, goes to the first endpoint with capacity, and holds its permit until the response is read or disposed. The wait counts neither towards
    /// <see cref="RetryOptions.PerTryTimeout"/> nor against an endpoint. Requests that may use HTTP/2 are not limited: they share connections, and another one
    /// is opened when the streams of one are in use. Only for clients of <c>AddLoadBalancedHttpClient</c> with its default primary handler; a validation error
    /// for others.
    /// </summary>
    public int? MaxConnections { get; set; }

    /// <summary>
    /// The timeout for establishing a connection. Exceeding it is a connect failure, after which any request can be retried. Above zero, or infinite.
    /// Null, the default: the
    /// value of the primary handler, by default none besides <see cref="RetryOptions.PerTryTimeout"/>. For the same clients as <see cref="MaxConnections"/>.
    /// </summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>
    /// How long an idle connection stays in the pool. Above zero, or infinite. Null, the default: the value of the primary handler, by default 1 min.
    /// For the same clients as <see cref="MaxConnections"/>.
    /// </summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>
    /// The number of requests that a connection carries before it is closed. 1: connections are not reused. Null, the default, and 0: no limit. Other
    /// values are invalid,
    /// because .NET does not count the requests of a connection. Over HTTP/2 concurrent requests still share a connection. For the same clients as
    /// <see cref="MaxConnections"/>.
    /// </summary>
    public int? MaxRequestsPerConnection { get; set; }

    /// <summary>The detection of dead connections.</summary>
    public KeepAliveOptions KeepAlive { get; set; } = new();

    /// <summary>The same limits with the connections of other options: those of a service, which all its subsets share.</summary>
    internal ConnectionPoolOptions WithConnectionsOf(ConnectionPoolOptions service)
    {
        var merged = (ConnectionPoolOptions)MemberwiseClone();
        merged.MaxConnections = service.MaxConnections;
        return merged;
    }
}
