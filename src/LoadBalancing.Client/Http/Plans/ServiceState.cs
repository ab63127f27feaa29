namespace LoadBalancing.Client;

/// <summary>One service as its clients' handlers see it: the plan in force. It outlives every handler.</summary>
internal sealed class ServiceState
{
    private RequestPlan _plan;
    private string _defaultHost;

    public ServiceState(string name, RequestPlan plan)
    {
        Name = name;
        _plan = plan;
        _defaultHost = name;
    }

    public string Name { get; }

    /// <summary>The plan in force; read it once per request.</summary>
    public RequestPlan Plan
    {
        get => Volatile.Read(ref _plan);
        set => Volatile.Write(ref _plan, value);
    }

    /// <summary>The host that is balanced when the options name none.</summary>
    public string DefaultHost
    {
        get => Volatile.Read(ref _defaultHost);
        set => Volatile.Write(ref _defaultHost, value);
    }

    public bool MatchesHost(RequestPlan plan, string host) =>
        plan.Hosts.IsExplicit ? plan.Hosts.Matches(host) : string.Equals(DefaultHost, host, StringComparison.OrdinalIgnoreCase);
}
