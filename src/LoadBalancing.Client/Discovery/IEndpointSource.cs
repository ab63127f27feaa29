namespace LoadBalancing.Client;

/// <summary>Provides endpoints that are not listed in the options: from DNS, a registry, an orchestrator.</summary>
/// <remarks>
/// One instance may watch several services concurrently. The updates of several sources of a service are joined; an endpoint that two of them describe is used
/// once. Watches run on the thread pool, without the contexts of the call that started the service; on a test clock, where its timers fire.
/// </remarks>
public interface IEndpointSource
{
    /// <summary>The name of this source in logs and errors, such as <c>"dns"</c>. Read once; null, empty or throwing: the name of its type.</summary>
    string Name { get; }

    /// <summary>
    /// Watches a service. It may call the service itself: such a call waits for the first list like any other, within its timeout. Every yielded list is
    /// the complete set as this source sees it, and replaces the one before. <see cref="LoadBalancingOptions.EmptyUpdate"/>
    /// decides what an empty list after a non-empty one means. An exception is logged, the last list stays in force, and the watch restarts after a growing
    /// delay; a watch that completes is not restarted.
    /// </summary>
    /// <param name="serviceName">The service's name.</param>
    /// <param name="cancellationToken">Cancelled when the service is no longer needed.</param>
    IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(string serviceName, CancellationToken cancellationToken);
}
