namespace LoadBalancing.Client;

/// <summary>The counts of one cluster that its limits are held against. They outlive options and plans: a reload changes the limits and keeps the counts.</summary>
internal sealed class ClusterLimits
{
    private readonly LoadBalancer _balancer;
    private EndpointLimits? _endpoints;

    public ClusterLimits(LoadBalancer balancer)
    {
        _balancer = balancer;
        Slots = new RequestSlots();
        Retries = new RetryAllowance(balancer, Slots);
        balancer.Slots = Slots;
    }

    public RequestSlots Slots { get; }

    public RetryAllowance Retries { get; }

    /// <summary>Takes new limits into force.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="members">The endpoints.</param>
    public void Configure(PoolLimits limits, UpstreamEndpoint[] members)
    {
        bool hadLimits = _endpoints is not null;
        _endpoints = limits.HasEndpointLimits ? new EndpointLimits(limits.MaxRequestsPerEndpoint, limits.AdaptiveLimit, Slots) : null;
        _balancer.LimitByLatency(_endpoints is { IsAdaptive: true } ? _endpoints : null);
        if (hadLimits && _endpoints is null)
        {
            new EndpointLimits(most: null, adaptive: null, Slots).ApplyTo(members);
        }

        SetMembers(members);
        Slots.Configure(limits.MaxRequests ?? int.MaxValue, limits.MaxPendingRequests, limits.HasEndpointLimits);
        Retries.Configure(limits);
        _balancer.Admission = limits.MaxRequests is null ? null : new PickAdmission(Slots, limits, _balancer);
    }

    /// <summary>Limits the endpoints, newcomers among them.</summary>
    public void SetMembers(UpstreamEndpoint[] members) => _endpoints?.ApplyTo(members);

    /// <summary>Other endpoints can be picked than before.</summary>
    public void OnPublished()
    {
        if (_endpoints is not null)
        {
            Slots.LetAllLook();
        }
    }
}
