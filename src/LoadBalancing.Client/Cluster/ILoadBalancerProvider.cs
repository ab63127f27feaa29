namespace LoadBalancing.Client;

/// <summary>Gives access to the balancers that clients use, and to those registered without a client.</summary>
/// <remarks>Safe for use from any number of threads.</remarks>
public interface ILoadBalancerProvider
{
    /// <summary>The balancer of a cluster; the same object for the same name as long as the service provider lives.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="subset">A subset of the service; null for the whole service.</param>
    /// <exception cref="ArgumentException">There is no such service; the message lists those that exist.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The service's options are not valid; the message lists all faults.</exception>
    LoadBalancer GetLoadBalancer(string serviceName, string? subset = null);

    /// <summary>The names of all services that are registered, or, where all clients are balanced, configured.</summary>
    IReadOnlyCollection<string> ServiceNames { get; }
}
