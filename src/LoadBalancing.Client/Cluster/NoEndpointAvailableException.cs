using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// The exception that is thrown when no endpoint is available for a request. The message lists up to 20 endpoints, each with the reason why it is
/// unavailable.
/// </summary>
public sealed class NoEndpointAvailableException : HttpRequestException
{
    /// <summary>Creates the exception with a default message.</summary>
    public NoEndpointAvailableException()
        : this("No endpoint is available.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message, which describes what is missing.</param>
    public NoEndpointAvailableException(string message)
        : base(HttpRequestError.ConnectionError, message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message, which describes what is missing.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    public NoEndpointAvailableException(string message, Exception? innerException)
        : base(HttpRequestError.ConnectionError, message, innerException)
    {
    }

    /// <summary>Gets the name of the service that has no available endpoint; null when the exception does not come from a balancer.</summary>
    public string? ServiceName { get; private init; }

    /// <summary>Gets the subset of the service; null for the whole service.</summary>
    public string? Subset { get; private init; }

    /// <param name="balancer">The balancer that has no available endpoint.</param>
    /// <param name="more">A sentence to add.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    internal static NoEndpointAvailableException For(LoadBalancer balancer, string? more = null, Exception? innerException = null)
    {
        string message = balancer.CurrentSet switch
        {
            null when balancer.Endpoints is { Count: > 0 } untested => DescribeUntested(balancer.FullName, untested),
            { Endpoints.Length: 0 } when balancer.Subset is not null => DescribeSubset(balancer),
            null when balancer.EndpointSets.BuildFailure is { } failure => DescribeBuildFailure(balancer.FullName, failure),
            null => $"Service '{balancer.FullName}' has no endpoints yet: {balancer.Sources.Describe()}.",
            { Endpoints.Length: 0 } => $"Service '{balancer.ServiceName}' has no endpoints: {balancer.Sources.DescribeEmpty()}.",
            { FailsInPanic: true } set => DescribePanic(balancer.FullName, set),
            { } set => Describe(balancer.FullName, set.Endpoints),
        };

        return new NoEndpointAvailableException(more is null
            ? message
            : $"{message} {more}", innerException ?? FindCause(balancer))
        { ServiceName = balancer.ServiceName, Subset = balancer.Subset };
    }

    /// <summary>The exception of the strategy or of a source, while it is why there are no endpoints.</summary>
    private static Exception? FindCause(LoadBalancer balancer) =>
        balancer.CurrentSet is null or { Endpoints.Length: 0 } ? balancer.EndpointSets.BuildFailure ?? balancer.Sources.Failure : null;

    private static string DescribeBuildFailure(string name, Exception failure) =>
        $"Service '{name}' has no endpoints yet: its strategy could not build a picker for them: {failure.GetType().Name}: {failure.Message}";

    private static string DescribeSubset(LoadBalancer balancer) => balancer.SubsetLabels is null
        ? $"Subset '{balancer.Subset}' of service '{balancer.ServiceName}' is no longer configured."
        : $"Subset '{balancer.FullName}' has no endpoints: no endpoint of service '{balancer.ServiceName}' has the labels {balancer.SubsetLabels}.";

    private static string Describe(string name, UpstreamEndpoint[] endpoints)
    {
        const int Shown = 20;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"None of the {endpoints.Length} endpoints of service '{name}' can be used: {EndpointHealthSummary.Describe(endpoints, Shown)}.");
    }

    private static string DescribeUntested(string name, IReadOnlyList<UpstreamEndpoint> endpoints)
    {
        const int Shown = 20;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"None of the {endpoints.Count} endpoints of service '{name}' has passed a health check yet (HealthCheck:StartUnhealthy): " +
                $"{EndpointHealthSummary.Describe(
                endpoints,
                Shown)}.");
    }

    private static string DescribePanic(string name, EndpointSet set)
    {
        const int Shown = 20;
        UpstreamEndpoint[] unavailable = Array.FindAll(set.Endpoints, static endpoint => !endpoint.IsAvailable);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Service '{name}' is in panic and refuses all requests (Panic:Traffic is Fail): {set.Endpoints.Length - unavailable.Length} of " +
                $"{EndpointHealthSummary.CountTested(set.Endpoints)} endpoints are available, and Panic:ThresholdPercent is {set.Panic.ThresholdPercent} %. " +
                $"{EndpointHealthSummary.Describe(unavailable, Shown)}.");
    }
}
