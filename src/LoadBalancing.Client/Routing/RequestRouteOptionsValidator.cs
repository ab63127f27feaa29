namespace LoadBalancing.Client;

/// <summary>Validates a route's name, matches and actions.</summary>
internal static class RequestRouteOptionsValidator
{
    public static void CheckName(IList<RequestRouteOptions> routes, int i, ValidationErrors errors)
    {
        RequestRouteOptions route = routes[i];
        if (string.IsNullOrWhiteSpace(route.Name))
        {
            errors.Add($"Routes:{i}:Name", "it is empty; give the route a name, like 'reports'.");
        }
        else if (routes.Take(i).Any(earlier => route.Name.Equals(earlier.Name, StringComparison.OrdinalIgnoreCase)))
        {
            errors.Add($"Routes:{i}:Name", $"another route is named '{route.Name}'; names must be unique.");
        }
    }

    public static void Validate(RequestRouteOptions route, ValidationErrors errors)
    {
        RouteActionOptionsValidator.Validate(route, errors);
        for (int i = 0; i < (route.Match?.Count ?? 0); i++)
        {
            RouteMatchOptionsValidator.Validate(route.Match![i], errors.ForSection($"Match:{i}"));
        }
    }
}
