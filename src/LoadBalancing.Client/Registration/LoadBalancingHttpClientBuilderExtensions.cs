using LoadBalancing.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds load balancing to clients that are registered in other ways: plain and typed clients, Refit, Kiota, gRPC's client factory, and, through
/// <c>ConfigureHttpClientDefaults</c>, all clients.
/// </summary>
/// <remarks>
/// A client has one load balancing handler however often the method is called; a later call discards the configuration of earlier calls. The options of
/// <c>ConfigureHttpClientDefaults</c> apply first, whatever the order of calls. For a client balanced only through the defaults, the host of a request selects
/// the service among the configured ones.
/// </remarks>
public static class LoadBalancingHttpClientBuilderExtensions
{
    /// <summary>
    /// Adds load balancing to the client: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or, if there is an action, with
    /// those that the action sets. <see cref="ILoadBalancingBuilder"/> describes the order in which further calls apply.
    /// </summary>
    /// <param name="builder">The client. Under <c>ConfigureHttpClientDefaults</c>: all clients.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancing(this IHttpClientBuilder builder, Action<LoadBalancingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistration registration = LoadBalancingRegistrar.Register(builder.Services, builder.Name, configure);
        registration.HasClient = true;
        return new HttpLoadBalancingBuilder(builder.Name, builder.Services, registration);
    }

    /// <summary>
    /// Removes load balancing from the client: everything that <c>AddLoadBalancing</c> and <c>AddLoadBalancedHttpClient</c> have configured for it so far,
    /// including the base address and the defaults of its primary handler, and, for this client, the defaults of all clients. A later call adds it again.
    /// </summary>
    /// <param name="builder">The client. Under <c>ConfigureHttpClientDefaults</c>: all clients without a registration of their own.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder RemoveLoadBalancing(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistrationCollection.GetOrCreate(builder.Services).Remove(builder.Name);
        return builder;
    }
}
