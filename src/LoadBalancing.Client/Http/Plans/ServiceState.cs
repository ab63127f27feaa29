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
        _defaultHost = RequestHost.Normalize(name);
    }

    public string Name { get; }

    /// <summary>The current plan; read it once per request.</summary>
    public RequestPlan Plan
    {
        get => Volatile.Read(ref _plan);
        set => Volatile.Write(ref _plan, value);
    }

    /// <summary>The host that is balanced when the options set no hosts, in the form of <see cref="RequestHost"/>.</summary>
    public string DefaultHost
    {
        get => Volatile.Read(ref _defaultHost);
        set => Volatile.Write(ref _defaultHost, value);
    }

    /// <summary>
    /// Whether the host of a URI is balanced. Most URIs have the host in the right form, and the others are not converted unless they have to be.
    /// </summary>
    public bool MatchesHost(RequestPlan plan, Uri uri)
    {
        string host = uri.Host;
        return MatchesHost(plan, host) || (RequestHost.Of(uri) is var other && other != host && MatchesHost(plan, other));
    }

    private bool MatchesHost(RequestPlan plan, string host) =>
        plan.Hosts.IsExplicit ? plan.Hosts.Matches(host) : string.Equals(DefaultHost, host, StringComparison.OrdinalIgnoreCase);
}
