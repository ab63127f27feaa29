namespace LoadBalancing.Client;

/// <summary>The routes of a service in their order, each with its plan.</summary>
internal sealed class RouteTable
{
    private readonly (RequestRoute Route, RequestPlan Plan)[] _routes;
    private readonly RouteIndex _index;

    public RouteTable(IEnumerable<(RequestRoute Route, RequestPlan Plan)> routes)
    {
        _routes = [.. routes];
        _index = new RouteIndex([.. _routes.Select(static route => route.Route)]);
    }

    /// <summary>Whether cookies affect the pick on any route.</summary>
    public bool UsesCookies => Array.Exists(_routes, static route => route.Plan.UsesCookies);

    /// <summary>The plan of the route that the request selects, or of the first route that matches it; null when no route matches.</summary>
    /// <exception cref="InvalidOperationException">The request selects a route that does not exist.</exception>
    public RequestPlan? Find(HttpRequestMessage request)
    {
        if (ExplicitRoute.Get(request) is { } selected)
        {
            return FindByName(selected);
        }

        int found = _index.Find(request);
        return found < 0 ? null : _routes[found].Plan;
    }

    private RequestPlan FindByName(string name)
    {
        foreach ((RequestRoute route, RequestPlan plan) in _routes)
        {
            if (route.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return plan;
            }
        }

        throw new InvalidOperationException($"The request selects route '{name}' of service '{_routes[0].Plan.Balancer.ServiceName}', which does not " +
            $"exist. The service has {string.Join(
            ", ",
            _routes.Select(static route => $"'{route.Route.Name}'"))}.");
    }
}
