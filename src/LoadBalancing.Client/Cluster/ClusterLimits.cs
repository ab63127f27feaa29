namespace LoadBalancing.Client;

/// <summary>
/// The concurrency counts of one cluster and their limits. The counts outlive options and plans: a reload changes the limits and keeps the counts.
/// </summary>
internal sealed class ClusterLimits
{
    private EndpointLimits? _endpointLimits;

    public ClusterLimits(CurrentEndpointSet sets, TimeProvider timeProvider)
    {
        Permits = new RequestPermits(timeProvider);
        RetryLimiter = new RetryLimiter(sets, Permits, timeProvider);
    }

    public RequestPermits Permits { get; }

    public RetryLimiter RetryLimiter { get; }

    /// <summary>Applies new limits.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="endpointLimits">The limits per endpoint; null: none. Adaptive limits already receive attempt reports.</param>
    /// <param name="endpoints">The endpoints.</param>
    public void Configure(PoolLimits limits, EndpointLimits? endpointLimits, UpstreamEndpoint[] endpoints)
    {
        if (_endpointLimits is not null && endpointLimits is null)
        {
            new EndpointLimits(maxRequests: null, adaptive: null, maxConnections: null, Permits).ApplyTo(endpoints);
        }

        _endpointLimits = endpointLimits;
        SetEndpoints(endpoints);
        Permits.Configure(limits.MaxRequests ?? int.MaxValue, limits.MaxPendingRequests, limits.HasEndpointLimits);
        RetryLimiter.Configure(limits);
    }

    /// <summary>Applies the limits to all endpoints, including added ones.</summary>
    public void SetEndpoints(UpstreamEndpoint[] endpoints) => _endpointLimits?.ApplyTo(endpoints);

    /// <summary>Ends the waits of all queued attempts: the cluster is disposed.</summary>
    public void Stop(Func<Exception> createException) => Permits.Stop(createException);

    /// <summary>Called after a new snapshot is published: different endpoints may be available.</summary>
    public void OnPublished()
    {
        if (_endpointLimits is not null)
        {
            Permits.WakeEndpointWaiters();
        }
    }
}
