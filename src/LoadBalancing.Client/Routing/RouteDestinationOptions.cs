namespace LoadBalancing.Client;

/// <summary>One of the clusters that the requests of a route are shared out to.</summary>
public sealed class RouteDestinationOptions
{
    /// <summary>
    /// The service whose endpoints get the requests: its cluster policies hold (strategy, ejection, limits, budget), and of the service of the client the rest (time limits, retries, faults). <c>Host</c> stays as it is. Null, the
    /// default: the service of the client.
    /// </summary>
    public string? Service { get; set; }

    /// <summary>The subset of the service; see <see cref="LoadBalancingOptions.Subsets"/>. Null, the default: all of it.</summary>
    public string? Subset { get; set; }

    /// <summary>The share relative to the other destinations, 0 or more; default 1. One of 0 gets nothing, unless it is the only one. All weights together are at most 2^32-1.</summary>
    public long Weight { get; set; } = 1;

    /// <summary>Changes to the headers of requests that go here, made before those of the route. Null, the default: none.</summary>
    public HeaderTransformOptions? RequestHeaders { get; set; }

    /// <summary>Changes to the headers of answers that come from here, made before those of the route. Null, the default: none.</summary>
    public HeaderTransformOptions? ResponseHeaders { get; set; }
}
