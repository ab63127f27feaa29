namespace LoadBalancing.Client;

/// <summary>A cluster that a route leads to, and the plan for requests to it.</summary>
internal sealed class RouteDestination
{
    private readonly RequestPlan _plan;
    private readonly OtherService? _otherService;
    private JoinedPlan? _joined;

    /// <param name="plan">The plan for a cluster of the route's own service.</param>
    public RouteDestination(RequestPlan plan) => _plan = plan;

    /// <param name="plan">The plan of the route for a cluster of its own service.</param>
    /// <param name="findService">Finds a service by name. Called by the first request to it, because two services may lead to each other.</param>
    /// <param name="service">The name of the other service.</param>
    /// <param name="subset">The subset of the other service; null for the whole service.</param>
    public RouteDestination(RequestPlan plan, Func<string, ServiceState> findService, string service, string? subset)
        : this(plan) => _otherService = new OtherService(findService, service, subset);

    public RequestPlan Plan => _otherService is null ? _plan : Join(_otherService.FindPlan());

    /// <summary>Joins both plans. The first request after the other service changed its options joins them again.</summary>
    private RequestPlan Join(RequestPlan cluster)
    {
        JoinedPlan? joined = Volatile.Read(ref _joined);
        if (joined?.Cluster != cluster)
        {
            joined = new JoinedPlan(cluster, _plan.PlanFor(cluster));
            Volatile.Write(ref _joined, joined);
        }

        return joined.Plan;
    }

    private sealed class JoinedPlan(RequestPlan cluster, RequestPlan plan)
    {
        public RequestPlan Cluster => cluster;

        public RequestPlan Plan => plan;
    }

    /// <summary>A cluster of another service.</summary>
    private sealed class OtherService(Func<string, ServiceState> findService, string service, string? subset)
    {
        private ServiceState? _found;

        /// <exception cref="InvalidOperationException">The service has no such subset.</exception>
        public RequestPlan FindPlan()
        {
            _found ??= findService(service);
            RequestPlan plan = _found.Plan;
            return subset is null ? plan
                : plan.Subsets?.GetValueOrDefault(subset)
                ?? throw new InvalidOperationException(
                    $"A route leads to subset '{subset}' of service '{service}', which does not exist. The service has {Names(plan)}.");
        }

        private static string Names(RequestPlan plan) =>
            plan.Subsets is null ? "no subsets" : string.Join(", ", plan.Subsets.Keys.Select(static name => $"'{name}'"));
    }
}
