namespace LoadBalancing.Client;

/// <summary>A request was refused because its service has as many under way, and waiting, as <see cref="ConnectionPoolOptions"/> allow. It was not sent, and no endpoint is blamed.</summary>
public sealed class LoadBalancerOverflowException : HttpRequestException
{
    /// <summary>Creates the exception without a message.</summary>
    public LoadBalancerOverflowException()
        : this("Too many requests are under way.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which limit was reached.</param>
    public LoadBalancerOverflowException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which limit was reached.</param>
    /// <param name="innerException">What led to it.</param>
    public LoadBalancerOverflowException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <param name="cluster">The cluster whose limit it is.</param>
    /// <param name="message">Which limit was reached.</param>
    /// <param name="innerException">The cause.</param>
    internal LoadBalancerOverflowException(ClusterName cluster, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ServiceName = cluster.Service;
        Subset = cluster.Subset;
    }

    /// <param name="balancer">All of whose endpoints in service have their fill.</param>
    internal static LoadBalancerOverflowException ForFullEndpoints(LoadBalancer balancer) => new(
        balancer.ClusterName,
        $"Service '{balancer.FullName}' has no room: as much is under way on each of its endpoints in service as may be (ConnectionPool:MaxRequestsPerEndpoint, ConnectionPool:AdaptiveLimit).");

    /// <summary>The name of the service whose limit it is; null when the exception does not come from a balancer.</summary>
    public string? ServiceName { get; }

    /// <summary>The subset of the service whose limit it is; null for a limit of the whole service.</summary>
    public string? Subset { get; }
}
