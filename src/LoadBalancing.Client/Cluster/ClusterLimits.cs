namespace LoadBalancing.Client;

/// <summary>The counts of one cluster that its limits are held against. They outlive options and plans: a reload changes the limits and keeps the counts.</summary>
internal sealed class ClusterLimits
{
    private EndpointLimits? _endpointLimits;

    public ClusterLimits(CurrentEndpointSet sets, TimeProvider timeProvider) => RetryLimiter = new RetryLimiter(sets, Permits, timeProvider);

    public RequestPermits Permits { get; } = new();

    public RetryLimiter RetryLimiter { get; }

    /// <summary>Puts new limits into force.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="endpointLimits">Those of single endpoints; null: none. Where they are adaptive, attempts are reported to them already.</param>
    /// <param name="members">The endpoints.</param>
    public void Configure(PoolLimits limits, EndpointLimits? endpointLimits, UpstreamEndpoint[] members)
    {
        if (_endpointLimits is not null && endpointLimits is null)
        {
            new EndpointLimits(maxRequests: null, adaptive: null, Permits).ApplyTo(members);
        }

        _endpointLimits = endpointLimits;
        SetEndpoints(members);
        Permits.Configure(limits.MaxRequests ?? int.MaxValue, limits.MaxPendingRequests, limits.HasEndpointLimits);
        RetryLimiter.Configure(limits);
    }

    /// <summary>Limits the endpoints, newcomers among them.</summary>
    public void SetEndpoints(UpstreamEndpoint[] members) => _endpointLimits?.ApplyTo(members);

    /// <summary>Other endpoints can be picked than before.</summary>
    public void OnPublished()
    {
        if (_endpointLimits is not null)
        {
            Permits.WakeEndpointWaiters();
        }
    }
}
