using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <inheritdoc/>
internal sealed class LoadBalancingBuilder : ILoadBalancingBuilder
{
    public LoadBalancingBuilder(string? name, IServiceCollection services, ServiceRegistration registration)
    {
        Name = name!;
        Services = services;
        Registration = registration;
    }

    /// <summary>Null under <c>ConfigureHttpClientDefaults</c>, as with the platform's own builder.</summary>
    public string Name { get; }

    public IServiceCollection Services { get; }

    public ServiceRegistration Registration { get; }
}
