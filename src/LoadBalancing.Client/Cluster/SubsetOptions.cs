namespace LoadBalancing.Client;

/// <summary>
/// Some endpoints of a service, by their labels, as a cluster of its own: with its own picker, ejections and their cap, panic, limits and retry budget. How much is under way on an address, and how long it takes to answer, all
/// clusters that it belongs to know together.
/// </summary>
/// <remarks>What is null is the service's. What is set takes the place of the service's as a whole: an <see cref="OutlierDetection"/> here inherits nothing from the service's.</remarks>
public sealed class SubsetOptions
{
    /// <summary>The labels that an endpoint must have, all of them, to belong to the subset; see <see cref="EndpointDescription.Labels"/>. At least one.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>As <see cref="LoadBalancingOptions.Strategy"/>. Null, the default: the service's.</summary>
    public string? Strategy { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.HashPolicies"/>; those of a route go before them. Null, the default: the service's.</summary>
    public IList<HashPolicyOptions>? HashPolicies { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.LeastRequest"/>. Null, the default: the service's.</summary>
    public LeastRequestOptions? LeastRequest { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.LeastLoad"/>. Null, the default: the service's.</summary>
    public LeastLoadOptions? LeastLoad { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.ConsistentHash"/>. Null, the default: the service's.</summary>
    public ConsistentHashOptions? ConsistentHash { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.OutlierDetection"/>. Null, the default: the service's.</summary>
    public OutlierDetectionOptions? OutlierDetection { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.HealthCheck"/>. Null, the default: the service's. Each cluster checks its own endpoints, so an address that belongs to two of them is asked by both.</summary>
    public ActiveHealthCheckOptions? HealthCheck { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.Panic"/>. Null, the default: the service's.</summary>
    public PanicOptions? Panic { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.Locality"/>. Null, the default: the service's.</summary>
    public LocalityOptions? Locality { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.SlowStart"/>. Null, the default: the service's. An endpoint has a clock of its own in each cluster.</summary>
    public SlowStartOptions? SlowStart { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.Subsetting"/>. Null, the default: the service's.</summary>
    public SubsettingOptions? Subsetting { get; set; }

    /// <summary>As <see cref="LoadBalancingOptions.RetryBudget"/>. Null, the default: the service's figures, counted for this subset alone.</summary>
    public RetryBudgetOptions? RetryBudget { get; set; }

    /// <summary>
    /// As <see cref="LoadBalancingOptions.ConnectionPool"/>, but for what concerns connections themselves, which the client makes alike for all. Null, the default: the service's figures, counted for this subset alone.
    /// </summary>
    public ConnectionPoolOptions? ConnectionPool { get; set; }

    /// <summary>The options of the service, with those of the subset over them.</summary>
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
        merged.ConnectionPool = ConnectionPool ?? service.ConnectionPool;
        return merged;
    }
}
