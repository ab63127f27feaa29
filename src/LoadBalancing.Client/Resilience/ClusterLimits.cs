namespace LoadBalancing.Client;

/// <summary>The counts of one cluster that its limits are held against. They outlive options and plans: a reload changes the limits and keeps the counts.</summary>
internal sealed class ClusterLimits
{
    private readonly LoadBalancer _balancer;

    public ClusterLimits(LoadBalancer balancer)
    {
        _balancer = balancer;
        Slots = new RequestSlots();
        Retries = new RetryAllowance(balancer, Slots);
        balancer.Slots = Slots;
    }

    public RequestSlots Slots { get; }

    public RetryAllowance Retries { get; }

    public void Configure(PoolLimits limits)
    {
        Slots.Configure(limits.MaxRequests ?? int.MaxValue, limits.MaxPendingRequests);
        Retries.Configure(limits);
        _balancer.Admission = limits.MaxRequests is null ? null : new PickAdmission(Slots, limits, _balancer);
    }
}
