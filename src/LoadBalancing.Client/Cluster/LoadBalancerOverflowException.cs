namespace LoadBalancing.Client;

/// <summary>
/// The exception that is thrown when a request is rejected because its service has reached a limit of <see cref="ConnectionPoolOptions"/>. The
/// request was not sent, and it does not count as a failure of any endpoint.
/// </summary>
public sealed class LoadBalancerOverflowException : HttpRequestException
{
    /// <summary>Creates the exception with a default message.</summary>
    public LoadBalancerOverflowException()
        : this("Too many requests are in flight.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message, which names the limit that was reached.</param>
    public LoadBalancerOverflowException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The message, which names the limit that was reached.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    public LoadBalancerOverflowException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <param name="cluster">The cluster whose limit was reached.</param>
    /// <param name="message">The message, which names the limit that was reached.</param>
    /// <param name="innerException">The cause.</param>
    internal LoadBalancerOverflowException(ClusterName cluster, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ServiceName = cluster.Service;
        Subset = cluster.Subset;
    }

    /// <param name="balancer">The balancer whose available endpoints are all at their limits.</param>
    internal static LoadBalancerOverflowException ForFullEndpoints(LoadBalancer balancer) => new(
        balancer.ClusterName,
        $"Service '{balancer.FullName}' has no capacity: every available endpoint is at its concurrency limit (ConnectionPool:MaxRequestsPerEndpoint, " +
            $"ConnectionPool:AdaptiveLimit).");

    /// <summary>Gets the name of the service whose limit was reached; null when the exception does not come from a balancer.</summary>
    public string? ServiceName { get; }

    /// <summary>Gets the subset of the service whose limit was reached; null for a limit of the whole service.</summary>
    public string? Subset { get; }
}
