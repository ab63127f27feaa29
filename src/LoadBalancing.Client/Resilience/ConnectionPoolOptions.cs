namespace LoadBalancing.Client;

/// <summary>
/// How much a service may have under way at once. The limits belong to the service and hold for all its clients and routes together, over HTTP/1.1 and HTTP/2 alike. What they refuse fails with a
/// <see cref="LoadBalancerOverflowException"/>, which is never tried again and never held against an endpoint.
/// </summary>
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
    /// <see cref="LoadBalancingOptions.Budget"/>.
    /// </summary>
    public int? MaxRetries { get; set; }

    /// <summary>How connections that have died without a word are noticed.</summary>
    public KeepAliveOptions KeepAlive { get; set; } = new();
}
