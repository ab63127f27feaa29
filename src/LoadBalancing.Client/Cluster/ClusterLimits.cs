namespace LoadBalancing.Client;

/// <summary>The counts of one cluster that its limits are held against. They outlive options and plans: a reload changes the limits and keeps the counts.</summary>
internal sealed class ClusterLimits
{
    private readonly LoadBalancer _balancer;
    private EndpointLimits? _endpointLimits;

    public ClusterLimits(LoadBalancer balancer)
    {
        _balancer = balancer;
        Permits = new RequestPermits();
        RetryLimiter = new RetryLimiter(balancer, Permits);
        balancer.Permits = Permits;
    }

    public RequestPermits Permits { get; }

    public RetryLimiter RetryLimiter { get; }

    /// <summary>Takes new limits into force.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="members">The endpoints.</param>
    public void Configure(PoolLimits limits, UpstreamEndpoint[] members)
    {
        bool hadLimits = _endpointLimits is not null;
        _endpointLimits = limits.HasEndpointLimits ? new EndpointLimits(limits.MaxRequestsPerEndpoint, limits.AdaptiveLimit, Permits) : null;
        _balancer.SetAdaptiveLimits(_endpointLimits is { IsAdaptive: true } ? _endpointLimits : null);
        if (hadLimits && _endpointLimits is null)
        {
            new EndpointLimits(most: null, adaptive: null, Permits).ApplyTo(members);
        }

        SetEndpoints(members);
        Permits.Configure(limits.MaxRequests ?? int.MaxValue, limits.MaxPendingRequests, limits.HasEndpointLimits);
        RetryLimiter.Configure(limits);
        _balancer.PickLimiter = limits.MaxRequests is null ? null : new PickLimiter(Permits, limits, _balancer);
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
