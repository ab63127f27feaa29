namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Configures load balancing of one client, or, under <c>ConfigureHttpClientDefaults</c>, of all clients. It is also an <see cref="IHttpClientBuilder"/> and
/// configures the client itself. Load balancing methods return this type and can be chained; the platform's client methods return
/// <see cref="IHttpClientBuilder"/>, so those calls come last.
/// </summary>
/// <inheritdoc cref="ILoadBalancingBuilder" path="/remarks"/>
public interface IHttpLoadBalancingBuilder : ILoadBalancingBuilder, IHttpClientBuilder
{
    // Both base interfaces declare these two; without a declaration here every use would be ambiguous.

    /// <summary>Gets the name of the client and of its service. Null under <c>ConfigureHttpClientDefaults</c>, as in the platform's own builder.</summary>
    new string Name { get; }

    /// <summary>Gets the service collection in which the client is registered.</summary>
    new IServiceCollection Services { get; }
}
