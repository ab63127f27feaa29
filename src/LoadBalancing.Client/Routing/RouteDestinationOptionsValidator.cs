namespace LoadBalancing.Client;

/// <summary>Validates the destinations of a route.</summary>
internal static class RouteDestinationOptionsValidator
{
    /// <param name="route">The route.</param>
    /// <param name="options">The options of the route's service.</param>
    /// <param name="service">The name of that service.</param>
    /// <param name="services">The names of all services.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(
        RequestRouteOptions route,
        LoadBalancingOptions options,
        string service,
        IReadOnlyCollection<string> services,
        ValidationErrors errors)
    {
        IList<RouteDestinationOptions> destinations = route.Destinations ?? [];
        if (destinations.Count > 0 && (route.Redirect ?? (object?)route.DirectResponse) is not null)
        {
            errors.Add("Destinations", "the route itself responds (Redirect, DirectResponse), so no request is sent to a destination; remove one of the two.");
        }

        for (int i = 0; i < destinations.Count; i++)
        {
            CheckDestination(destinations[i], options, service, services, errors.ForSection($"Destinations:{i}"));
        }

        double sum = destinations.Sum(static destination => (double)(destination?.Weight ?? 0));
        if ((destinations.Count > 1 && sum == 0) || sum > uint.MaxValue)
        {
            errors.Add("Destinations", $"the weights add up to {sum}; the sum must be 1 to {uint.MaxValue}.");
        }
    }

    private static void CheckDestination(
        RouteDestinationOptions? destination,
        LoadBalancingOptions options,
        string service,
        IReadOnlyCollection<string> services,
        ValidationErrors errors)
    {
        if (destination is null)
        {
            errors.Add("Weight", "the destination is null; remove it.");
            return;
        }

        if (destination.Weight < 0)
        {
            errors.Add("Weight", $"{destination.Weight} is negative; it must be a share relative to the others, 0 or more.");
        }

        bool isSameService = destination.Service is null || destination.Service == service;
        if (!isSameService && !services.Contains(destination.Service!))
        {
            errors.Add("Service", $"there is no service '{destination.Service}'. Known services: {string.Join(", ", services)}.");
        }

        if (isSameService && destination.Subset is { } subset && !options.Subsets.Keys.Contains(subset, StringComparer.OrdinalIgnoreCase))
        {
            string known = options.Subsets.Count == 0 ? "none" : string.Join(", ", options.Subsets.Keys);
            errors.Add("Subset", $"the service has no subset '{subset}'; it has {known}.");
        }

        HeaderTransformOptionsValidator.Validate(destination.RequestHeaders, errors.ForSection("RequestHeaders"));
        HeaderTransformOptionsValidator.Validate(destination.ResponseHeaders, errors.ForSection("ResponseHeaders"));
    }
}
