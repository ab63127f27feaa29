namespace LoadBalancing.Client;

/// <summary>
/// A subset of the endpoints of a service, selected by labels, as its own cluster: with its own picker, ejections and ejection quota, panic, limits
/// and retry budget. The in-flight count and the latency of an address are shared by all clusters that contain it.
/// </summary>
/// <remarks>
/// A null property inherits the value of the service. A property that is set replaces the value of the service as a whole: an
/// <see cref="OutlierDetection"/> here inherits nothing from that of the service.
/// </remarks>
public sealed class SubsetOptions
{
    /// <summary>
    /// The labels that select the endpoints of the subset: an endpoint must have all of them; see <see cref="EndpointDescription.Labels"/>. At least
    /// one.
    /// </summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>Like <see cref="LoadBalancingOptions.Strategy"/>. Null, the default: that of the service.</summary>
    public string? Strategy { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.HashPolicies"/>; those of a route take precedence. Null, the default: that of the service.</summary>
    public IList<HashPolicyOptions>? HashPolicies { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.LeastRequest"/>. Null, the default: that of the service.</summary>
    public LeastRequestOptions? LeastRequest { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.LeastLoad"/>. Null, the default: that of the service.</summary>
    public LeastLoadOptions? LeastLoad { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.ConsistentHash"/>. Null, the default: that of the service.</summary>
    public ConsistentHashOptions? ConsistentHash { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.OutlierDetection"/>. Null, the default: that of the service.</summary>
    public OutlierDetectionOptions? OutlierDetection { get; set; }

    /// <summary>
    /// Like <see cref="LoadBalancingOptions.HealthCheck"/>. Null, the default: that of the service. Each cluster probes its own endpoints, so an
    /// address that belongs to two clusters is probed by both.
    /// </summary>
    public ActiveHealthCheckOptions? HealthCheck { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.Panic"/>. Null, the default: that of the service.</summary>
    public PanicOptions? Panic { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.Locality"/>. Null, the default: that of the service.</summary>
    public LocalityOptions? Locality { get; set; }

    /// <summary>
    /// Like <see cref="LoadBalancingOptions.SlowStart"/>. Null, the default: that of the service. An endpoint has a separate slow start in each
    /// cluster.
    /// </summary>
    public SlowStartOptions? SlowStart { get; set; }

    /// <summary>Like <see cref="LoadBalancingOptions.Subsetting"/>. Null, the default: that of the service.</summary>
    public SubsettingOptions? Subsetting { get; set; }

    /// <summary>
    /// Like <see cref="LoadBalancingOptions.RetryBudget"/>. Null, the default: the values of the service, counted for this subset separately.
    /// </summary>
    public RetryBudgetOptions? RetryBudget { get; set; }

    /// <summary>
    /// Like <see cref="LoadBalancingOptions.ConnectionPool"/>, except for the settings of connections themselves, which are the same for all subsets
    /// of a client. Null, the default: the values of the service, counted for this subset separately.
    /// </summary>
    public ConnectionPoolOptions? ConnectionPool { get; set; }

    /// <summary>Returns the options of the service, overridden by those of the subset.</summary>
    internal LoadBalancingOptions Over(LoadBalancingOptions service)
    {
        LoadBalancingOptions merged = service.Copy();
        merged.Strategy = Strategy ?? service.Strategy;
        merged.HashPolicies = HashPolicies ?? service.HashPolicies;
        merged.LeastRequest = LeastRequest ?? service.LeastRequest;
        merged.LeastLoad = LeastLoad ?? service.LeastLoad;
        merged.ConsistentHash = ConsistentHash ?? service.ConsistentHash;
        merged.OutlierDetection = OutlierDetection ?? service.OutlierDetection;
        merged.HealthCheck = HealthCheck ?? service.HealthCheck;
        merged.Panic = Panic ?? service.Panic;
        merged.Locality = Locality ?? service.Locality;
        merged.SlowStart = SlowStart ?? service.SlowStart;
        merged.Subsetting = Subsetting ?? service.Subsetting;
        merged.RetryBudget = RetryBudget ?? service.RetryBudget;
        merged.ConnectionPool = ConnectionPool?.WithConnectionsOf(service.ConnectionPool) ?? service.ConnectionPool;
        return merged;
    }
}
