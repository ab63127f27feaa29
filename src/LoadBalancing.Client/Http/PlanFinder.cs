namespace LoadBalancing.Client;

/// <summary>Decides which requests of a client are balanced, and finds their plans.</summary>
internal sealed class PlanFinder
{
    private readonly ServiceState? _service;
    private readonly Func<string, ServiceState?>? _findService;
    private readonly PassThroughReporter _passThrough;

    /// <param name="service">The service of the client; null to find it with <paramref name="findService"/>.</param>
    /// <param name="findService">Finds a service by the host of a request; returns null for a host that is not balanced.</param>
    /// <param name="passThrough">Reports requests that are not balanced.</param>
    public PlanFinder(ServiceState? service, Func<string, ServiceState?>? findService, PassThroughReporter passThrough)
    {
        _service = service;
        _findService = findService;
        _passThrough = passThrough;
    }

    /// <summary>The plan of a request; null for one that is not balanced and passes through.</summary>
    /// <exception cref="HttpRequestException">The request is not balanced, and the service rejects such requests.</exception>
    public RequestPlan? Find(HttpRequestMessage request)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } uri)
        {
            // Invalid here; the primary handler rejects it with its own exception.
            return null;
        }

        ServiceState? service = _service ?? _findService!(RequestHost.Of(uri));
        if (service is null)
        {
            _passThrough.Report(RequestHost.Of(uri), balanced: null);
            return null;
        }

        RequestPlan plan = service.Plan;
        if (!BalancedSchemes.Contains(uri.Scheme))
        {
            PassThroughScheme(service, plan, uri.Scheme);
            return null;
        }

        if (_service is null || service.MatchesHost(plan, uri))
        {
            return plan.Routes is null ? plan : plan.Routes.Find(request)?.SelectDestinationPlan() ?? plan;
        }

        PassThroughHost(service, plan, RequestHost.Of(uri));
        return null;
    }

    private void PassThroughScheme(ServiceState service, RequestPlan plan, string scheme)
    {
        if (plan.UnmatchedHost == UnmatchedHostBehavior.Reject)
        {
            throw new HttpRequestException(
                $"Scheme '{scheme}' is not balanced by service '{service.Name}', which balances {BalancedSchemes.Description} and rejects all others " +
                "(UnmatchedHost = Reject).");
        }

        _passThrough.ReportScheme(scheme);
    }

    private void PassThroughHost(ServiceState service, RequestPlan plan, string host)
    {
        string balanced = plan.Hosts.IsExplicit ? plan.Hosts.ToString() : $"'{service.DefaultHost}'";
        if (plan.UnmatchedHost == UnmatchedHostBehavior.Reject)
        {
            throw new HttpRequestException(
                $"Host '{host}' is not balanced by service '{service.Name}', which balances {balanced} and rejects all others (UnmatchedHost = Reject).");
        }

        _passThrough.Report(host, balanced);
    }
}
