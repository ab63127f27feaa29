namespace LoadBalancing.Client;

/// <summary>Where endpoints come from when they are not written in the options: DNS, a registry, an orchestrator.</summary>
/// <remarks>
/// One instance may watch several services at once. What several sources of a service yield is joined; an endpoint that two of them describe is taken once.
/// </remarks>
public interface IEndpointSource
{
    /// <summary>What logs and errors call this source: <c>"dns"</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Watches a service. Every list that is yielded is the whole set as this source sees it, and replaces the one before. What an empty list
    /// means after one that was not empty is decided by <see cref="LoadBalancingOptions.EmptyUpdate"/>. An exception is logged, what was yielded
    /// last stays in force, and the watch is started anew after a pause that grows; a watch that ends by itself is not started again.
    /// </summary>
    /// <param name="serviceName">The service's name.</param>
    /// <param name="cancellationToken">Cancelled when the service is no longer needed.</param>
    IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(string serviceName, CancellationToken cancellationToken);
}
