namespace LoadBalancing.Client;

/// <summary><c>trafficPolicy</c>. Each of its parts is inherited or replaced as a whole.</summary>
internal sealed record TrafficPolicy(
    SourceLocation Location,
    LoadBalancerPolicy? LoadBalancer,
    ConnectionPoolPolicy? ConnectionPool,
    OutlierDetectionPolicy? OutlierDetection,
    TlsPolicy? Tls,
    RetryBudgetPolicy? RetryBudget,
    IReadOnlyList<(Located<int> Port, TrafficPolicy Policy)> PortSettings)
{
    public static readonly TrafficPolicy Empty = new(default, null, null, null, null, null, []);

    /// <summary>Fills missing parts from another policy: part by part, never field by field.</summary>
    public TrafficPolicy InheritFrom(TrafficPolicy parent) => new(
        Location,
        LoadBalancer ?? parent.LoadBalancer,
        ConnectionPool ?? parent.ConnectionPool,
        OutlierDetection ?? parent.OutlierDetection,
        Tls ?? parent.Tls,
        RetryBudget ?? parent.RetryBudget,
        PortSettings.Count > 0 ? PortSettings : parent.PortSettings);

    /// <summary>The policy of a port: its entry in <c>portLevelSettings</c>, which replaces this policy entirely, or this policy.</summary>
    public TrafficPolicy ForPort(int port)
    {
        foreach ((Located<int> candidate, TrafficPolicy policy) in PortSettings)
        {
            if (candidate.Value == port)
            {
                return policy;
            }
        }

        return this;
    }
}
