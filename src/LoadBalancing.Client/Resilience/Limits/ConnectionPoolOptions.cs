namespace LoadBalancing.Client;

/// <summary>
/// How much a service may have under way at once, and how its connections are kept. The limits belong to the service and hold for all its clients and routes together, over HTTP/1.1 and HTTP/2 alike. What they refuse
/// fails with a <see cref="LoadBalancerOverflowException"/>, which is never tried again and never held against an endpoint.
/// </summary>
/// <remarks>
/// On reload limits take effect with the next attempt. What concerns connections (<see cref="MaxConnections"/>, <see cref="ConnectTimeout"/>, <see cref="IdleTimeout"/>, <see cref="MaxRequestsPerConnection"/>,
/// <see cref="KeepAlive"/>) is settled when a client's handlers are made, every two minutes unless the factory was told otherwise, and lasts as long as they do.
/// </remarks>
public sealed class ConnectionPoolOptions
{
    /// <summary>
    /// The most attempts under way at once, first tries and retries alike, from the pick until the answer was read or disposed. Leases that were picked directly count too, until they end. 1 or more. Null, the
    /// default: no limit. Attempts that find no place wait in a queue in the order in which they came.
    /// </summary>
    public int? MaxRequests { get; set; }

    /// <summary>The most attempts that wait for a place at once; further ones are refused. 0: nobody waits. Null, the default: no limit. Means nothing without <see cref="MaxRequests"/>.</summary>
    public int? MaxPendingRequests { get; set; }

    /// <summary>
    /// The longest wait for a place; then the call is refused. Above zero. Null, the default, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: what is left of the call's
    /// <see cref="LoadBalancingOptions.Timeout"/>, which bounds every wait. Waiting is no endpoint's failure, and <see cref="RetryOptions.PerTryTimeout"/> begins when it is over.
    /// </summary>
    public TimeSpan? PendingTimeout { get; set; }

    /// <summary>
    /// The most calls in retries at once, each from the wait before its first retry until it ends. 0: nothing is tried again. Null, the default: no limit but the
    /// <see cref="LoadBalancingOptions.RetryBudget"/>.
    /// </summary>
    public int? MaxConcurrentRetries { get; set; }

    /// <summary>
    /// The most attempts under way at once on one endpoint, counted at its address. 1 or more. Null, the default: no limit. An endpoint that has its fill is passed over; when all in service have, attempts wait as for
    /// <see cref="MaxRequests"/>, in the same queue. It bounds the streams of HTTP/2 as it bounds the connections of HTTP/1.1.
    /// </summary>
    public int? MaxRequestsPerEndpoint { get; set; }

    /// <summary>A limit for each endpoint that follows its latency, within <see cref="MaxRequestsPerEndpoint"/> where that is set. Null, the default: none.</summary>
    public AdaptiveLimitOptions? AdaptiveLimit { get; set; }

    /// <summary>
    /// The most connections to one endpoint at once. 1 or more. Null, the default: no limit. It binds HTTP/1.1, where requests wait for a connection at the expense of their own time; over HTTP/2 there is one
    /// connection anyway, unless the primary handler has <c>EnableMultipleHttp2Connections</c>. Only for clients of <c>AddLoadBalancedHttpClient</c> with the primary handler that comes with it; elsewhere an error.
    /// </summary>
    public int? MaxConnections { get; set; }

    /// <summary>
    /// How long a connection may take to come about; then that is a connect failure, after which any request may go elsewhere. Above zero, or infinite. Null, the default: as the primary handler has it, which
    /// by itself has no limit beside <see cref="RetryOptions.PerTryTimeout"/>. For the same clients as <see cref="MaxConnections"/>.
    /// </summary>
    public TimeSpan? ConnectTimeout { get; set; }

    /// <summary>
    /// How long a connection without requests is kept. Above zero, or infinite. Null, the default: as the primary handler has it, by itself 1 min. For the same clients as <see cref="MaxConnections"/>.
    /// </summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>
    /// How many requests a connection carries before it is closed. 1: one, and none is kept; null, the default, and 0: any number. Nothing else can be had, because the platform does not count them. Over HTTP/2 requests
    /// that are under way at the same time still share a connection. For the same clients as <see cref="MaxConnections"/>.
    /// </summary>
    public int? MaxRequestsPerConnection { get; set; }

    /// <summary>How connections that have died without a word are noticed.</summary>
    public KeepAliveOptions KeepAlive { get; set; } = new();
}
