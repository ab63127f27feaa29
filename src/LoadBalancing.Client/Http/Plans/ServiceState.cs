namespace LoadBalancing.Client;

/// <summary>The current plan of a service, shared by its clients' handlers. It outlives every handler. Thread-safe.</summary>
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

    /// <summary>The current plan; read it once per request.</summary>
    public RequestPlan Plan
    {
        get => Volatile.Read(ref _plan);
        set => Volatile.Write(ref _plan, value);
    }

    /// <summary>The host that is balanced when the options set no hosts.</summary>
    public string DefaultHost
    {
        get => Volatile.Read(ref _defaultHost);
        set => Volatile.Write(ref _defaultHost, value);
    }

    public bool MatchesHost(RequestPlan plan, string host) =>
        plan.Hosts.IsExplicit ? plan.Hosts.Matches(host) : string.Equals(DefaultHost, host, StringComparison.OrdinalIgnoreCase);
}
