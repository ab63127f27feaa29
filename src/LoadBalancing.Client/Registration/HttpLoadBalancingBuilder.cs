using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <inheritdoc cref="IHttpLoadBalancingBuilder"/>
internal sealed class HttpLoadBalancingBuilder(string? name, IServiceCollection services, ServiceRegistration registration)
    : LoadBalancingBuilder(name, services, registration), IHttpLoadBalancingBuilder;
