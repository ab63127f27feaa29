using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <inheritdoc cref="ILoadBalancingBuilder"/>
internal class LoadBalancingBuilder : ILoadBalancingBuilder
{
    public LoadBalancingBuilder(string? name, IServiceCollection services, ServiceRegistration registration)
    {
        Name = name!;
        Services = services;
        Registration = registration;
    }

    public string Name { get; }

    public IServiceCollection Services { get; }

    public ServiceRegistration Registration { get; }
}
