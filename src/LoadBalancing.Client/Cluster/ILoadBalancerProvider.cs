namespace LoadBalancing.Client;

/// <summary>Provides the balancers that clients use, and those registered without a client.</summary>
/// <remarks>Safe for use from any number of threads.</remarks>
public interface ILoadBalancerProvider
{
    /// <summary>Gets the balancer of a cluster; the same object for the same name during the lifetime of the service provider.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="subset">The subset of the service; null, the default, for the whole service.</param>
    /// <exception cref="ArgumentException">The service or subset does not exist; the message lists those that exist.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The service's options are invalid; the message lists all validation
    /// errors.</exception>
    LoadBalancer GetLoadBalancer(string serviceName, string? subset = null);

    /// <summary>Gets the names of all registered services, or, where all clients are balanced, of all configured services.</summary>
    IReadOnlyCollection<string> ServiceNames { get; }
}
