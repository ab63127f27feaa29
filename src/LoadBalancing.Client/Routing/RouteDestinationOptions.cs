namespace LoadBalancing.Client;

/// <summary>One of the clusters among which a route distributes its requests.</summary>
public sealed class RouteDestinationOptions
{
    /// <summary>
    /// The service whose endpoints receive the requests. Its cluster policies apply (strategy, ejection, limits, budget), and the other policies of the
    /// client's service (timeouts, retries, faults). <c>Host</c> does not change. Null, the
    /// default: the client's service.
    /// </summary>
    public string? Service { get; set; }

    /// <summary>The subset of the service; see <see cref="LoadBalancingOptions.Subsets"/>. Null, the default: the whole service.</summary>
    public string? Subset { get; set; }

    /// <summary>
    /// The weight relative to the other destinations, 0 or more; default 1. A destination of weight 0 receives nothing, unless it is the only one. The sum of
    /// all weights is at most 2^32-1.
    /// </summary>
    public long Weight { get; set; } = 1;

    /// <summary>Changes to the headers of requests sent to this destination, applied before those of the route. Null, the default: none.</summary>
    public HeaderTransformOptions? RequestHeaders { get; set; }

    /// <summary>Changes to the headers of responses from this destination, applied before those of the route. Null, the default: none.</summary>
    public HeaderTransformOptions? ResponseHeaders { get; set; }
}
