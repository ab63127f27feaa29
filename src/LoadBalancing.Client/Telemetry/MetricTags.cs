namespace LoadBalancing.Client;

/// <summary>The tags of all instruments, each with a bounded set of values.</summary>
internal static class MetricTags
{
    public const string Cluster = "loadbalancing.cluster";
    public const string Subset = "loadbalancing.subset";
    public const string Outcome = "loadbalancing.outcome";
    public const string Reason = "loadbalancing.reason";
    public const string Detector = "loadbalancing.detector";
    public const string State = "loadbalancing.endpoint.state";
    public const string Fault = "loadbalancing.fault";
    public const string Scope = "loadbalancing.fault.scope";
    public const string Source = "loadbalancing.source";
    public const string Origin = "loadbalancing.origin";
    public const string Work = "loadbalancing.work";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
}
