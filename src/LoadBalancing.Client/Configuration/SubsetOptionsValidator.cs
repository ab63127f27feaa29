namespace LoadBalancing.Client;

/// <summary>The rules for subsets, and for where routes lead.</summary>
internal static class SubsetOptionsValidator
{
    private const string ConnectionsNotAllowed = "a subset cannot have its own: connections are made by the client, alike for all. Say it in the ConnectionPool of the service.";

    /// <param name="options">The options of the service.</param>
    /// <param name="service">The name of the service.</param>
    /// <param name="services">The names of all services.</param>
    /// <param name="faults">Where faults go.</param>
    /// <param name="checkPolicies">Finds what is wrong with cluster policies.</param>
    public static void Validate(LoadBalancingOptions options, string service, IReadOnlyCollection<string> services, ValidationErrors faults, Action<LoadBalancingOptions, ValidationErrors> checkPolicies)
    {
        foreach ((string name, SubsetOptions subset) in options.Subsets)
        {
            ValidationErrors own = faults.ForSection("Subsets");
            if (string.IsNullOrEmpty(name) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                own.Add(name, "it is no name for a subset; it has letters, digits, hyphens, dots and underscores only, like 'v2'.");
            }

            if (options.Subsets.Keys.TakeWhile(earlier => earlier != name).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                own.Add(name, "another subset has the same name but for its case; names must differ.");
            }

            if (subset is null)
            {
                own.Add(name, "it is null; give it Labels, or leave it out.");
                continue;
            }

            CheckSubset(subset, options, own.ForSection(name), checkPolicies);
        }

        for (int i = 0; i < options.Routes.Count; i++)
        {
            CheckDestinations(options.Routes[i], options, service, services, faults.ForSection($"Routes:{i}"));
        }
    }

    private static void CheckSubset(SubsetOptions subset, LoadBalancingOptions options, ValidationErrors faults, Action<LoadBalancingOptions, ValidationErrors> checkPolicies)
    {
        if (subset.Labels is not { Count: > 0 } || subset.Labels.Any(static label => string.IsNullOrEmpty(label.Key) || label.Value is null))
        {
            faults.Add("Labels", "there are none, or one of them has no name or no value; a subset is told from the rest by at least one, like version = v2.");
        }

        // Only what the subset says itself: the faults of the service are told once.
        checkPolicies(subset.Over(new LoadBalancingOptions { Endpoints = options.Endpoints }), faults);
        if (subset.ConnectionPool is { KeepAlive: { } keepAlive } && KeepAliveSettings.From(keepAlive) != KeepAliveSettings.From(new KeepAliveOptions()))
        {
            faults.Add("ConnectionPool:KeepAlive", ConnectionsNotAllowed);
        }

        foreach (string option in subset.ConnectionPool is { } pool ? ConnectionSettings.From(pool).ConfiguredOptions : [])
        {
            faults.Add(option, ConnectionsNotAllowed);
        }
    }

    private static void CheckDestinations(RequestRouteOptions route, LoadBalancingOptions options, string service, IReadOnlyCollection<string> services, ValidationErrors faults)
    {
        IList<RouteDestinationOptions> destinations = route.Destinations ?? [];
        if (destinations.Count > 0 && (route.Redirect ?? (object?)route.DirectResponse) is not null)
        {
            faults.Add("Destinations", "the route answers requests itself (Redirect, DirectResponse), so none goes anywhere; leave one of the two out.");
        }

        for (int i = 0; i < destinations.Count; i++)
        {
            CheckDestination(destinations[i], options, service, services, faults.ForSection($"Destinations:{i}"));
        }

        double sum = destinations.Sum(static destination => (double)(destination?.Weight ?? 0));
        if ((destinations.Count > 1 && sum == 0) || sum > uint.MaxValue)
        {
            faults.Add("Destinations", $"the weights add up to {sum}; together they are 1 to {uint.MaxValue}.");
        }
    }

    private static void CheckDestination(RouteDestinationOptions? destination, LoadBalancingOptions options, string service, IReadOnlyCollection<string> services, ValidationErrors faults)
    {
        if (destination is null)
        {
            faults.Add("Weight", "the destination is null; leave it out instead.");
            return;
        }

        if (destination.Weight < 0)
        {
            faults.Add("Weight", $"{destination.Weight} is negative; it is a share relative to the others, 0 or more.");
        }

        bool isHere = destination.Service is null || destination.Service == service;
        if (!isHere && !services.Contains(destination.Service!))
        {
            faults.Add("Service", $"there is no service '{destination.Service}'. Known are: {string.Join(", ", services)}.");
        }

        if (isHere && destination.Subset is { } subset && !options.Subsets.Keys.Contains(subset, StringComparer.OrdinalIgnoreCase))
        {
            faults.Add("Subset", $"the service has no subset '{subset}'; it has {(options.Subsets.Count == 0 ? "none" : string.Join(", ", options.Subsets.Keys))}.");
        }

        RouteActionOptionsValidator.ValidateHeaders(destination.RequestHeaders, faults.ForSection("RequestHeaders"));
        RouteActionOptionsValidator.ValidateHeaders(destination.ResponseHeaders, faults.ForSection("ResponseHeaders"));
    }
}
