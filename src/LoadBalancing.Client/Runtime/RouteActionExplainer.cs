using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Lists the actions of a route. Actions that are not configured are omitted.</summary>
internal static class RouteActionExplainer
{
    public static IEnumerable<PolicyValue> Explain(LoadBalancingOptions options, RequestRouteOptions? route, string service)
    {
        foreach (RouteDestinationOptions destination in route?.Destinations ?? [])
        {
            string cluster = destination.Subset is null ? destination.Service ?? service : $"{destination.Service ?? service}/{destination.Subset}";
            yield return new("Destinations", Format(cluster, destination), PolicySource.Route);
            if ((destination.Service ?? service) == service
                && destination.Subset is { } name
                && options.Subsets.FirstOrDefault(subset => subset.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { } subset)
            {
                yield return new($"Subsets:{name}", Format(subset), PolicySource.Service);
            }
        }

        if (route?.Rewrite is { } rewrite)
        {
            yield return new("Rewrite", Format(rewrite), PolicySource.Route);
        }

        if (route?.RequestHeaders is { } request)
        {
            yield return new("RequestHeaders", Format(request), PolicySource.Route);
        }

        if (route?.ResponseHeaders is { } response)
        {
            yield return new("ResponseHeaders", Format(response), PolicySource.Route);
        }

        if (route?.Redirect is { } redirect)
        {
            yield return new("Redirect", Format(redirect), PolicySource.Route);
        }

        if (route?.DirectResponse is { } direct)
        {
            yield return new(
                "DirectResponse",
                string.Create(CultureInfo.InvariantCulture, $"{direct.Status}, a body of {direct.Body?.Length ?? 0} characters"),
                PolicySource.Route);
        }
    }

    public static string Format(HashPolicyOptions policy)
    {
        string what = policy switch
        {
            { Header: { } header } => $"header {header}",
            { Cookie: { } cookie } => $"cookie {cookie.Name}",
            { QueryParameter: { } parameter } => $"query parameter {parameter}",
            _ => "caller's address",
        };
        return policy.Terminal ? $"{what} (terminal)" : what;
    }

    public static string Format(HeaderTransformOptions change) => string.Join(
        ", ",
        [
            .. change.Remove.Select(static name => $"remove {name}"),
            .. change.Set.Select(static header => $"set {header.Key}: {Redaction.Mask}"),
            .. change.Add.Select(static header => $"add {header.Key}: {Redaction.Mask}"),
        ]);

    private static string Format(string cluster, RouteDestinationOptions destination) => string.Join("; ", new[]
    {
        string.Create(CultureInfo.InvariantCulture, $"{cluster}, weight {destination.Weight}"),
        destination.RequestHeaders is null ? null : $"RequestHeaders: {Format(destination.RequestHeaders)}",
        destination.ResponseHeaders is null ? null : $"ResponseHeaders: {Format(destination.ResponseHeaders)}",
    }.OfType<string>());

    private static string Format(SubsetOptions subset)
    {
        string[] own =
        [
            .. new (string Name, object? Value)[]
            {
                (nameof(subset.Strategy), subset.Strategy),
                (nameof(subset.HashPolicies), subset.HashPolicies),
                (nameof(subset.LeastRequest), subset.LeastRequest),
                (nameof(subset.LeastLoad), subset.LeastLoad),
                (nameof(subset.ConsistentHash), subset.ConsistentHash),
                (nameof(subset.OutlierDetection), subset.OutlierDetection),
                (nameof(subset.HealthCheck), subset.HealthCheck),
                (nameof(subset.Panic), subset.Panic),
                (nameof(subset.Locality), subset.Locality),
                (nameof(subset.SlowStart), subset.SlowStart),
                (nameof(subset.Subsetting), subset.Subsetting),
                (nameof(subset.RetryBudget), subset.RetryBudget),
                (nameof(subset.ConnectionPool), subset.ConnectionPool),
            }.Where(static part => part.Value is not null).Select(static part => part.Name),
        ];
        return $"{new SubsetLabels(subset.Labels)}; {(own.Length == 0 ? "all policies of the service" : $"its own {string.Join(", ", own)}")}";
    }

    private static string Format(RouteRewriteOptions rewrite) => string.Join(", ", new[]
    {
        rewrite.Path is null ? null : $"path {Redaction.RedactUri(rewrite.Path)}",
        rewrite.Prefix is null ? null : $"prefix {rewrite.Prefix}",
        rewrite.Regex is null ? null : $"{rewrite.Regex} by {rewrite.Substitution}",
        rewrite.Host is null ? null : $"host {rewrite.Host}",
    }.OfType<string>());

    private static string Format(RouteRedirectOptions redirect) => string.Join(", ", new[]
    {
        redirect.Status.ToString(CultureInfo.InvariantCulture),
        redirect.Scheme is null ? null : $"scheme {redirect.Scheme}",
        redirect.Host is null ? null : $"host {redirect.Host}",
        redirect.Port is null ? null : string.Create(CultureInfo.InvariantCulture, $"port {redirect.Port}"),
        redirect.Path is null ? null : $"path {Redaction.RedactUri(redirect.Path)}",
    }.OfType<string>());
}
