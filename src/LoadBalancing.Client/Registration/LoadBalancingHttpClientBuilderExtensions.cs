using LoadBalancing.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Balances clients that are registered in other ways: plain and typed ones, Refit, Kiota, gRPC's client factory, and, through
/// <c>ConfigureHttpClientDefaults</c>, all of them.
/// </summary>
/// <remarks>
/// A client has one balancing handler however often it is asked for; a later call drops what earlier calls configured. What <c>ConfigureHttpClientDefaults</c>
/// configures lies underneath, in whichever order it is written. Under the defaults alone a request's service is found by its host among the configured
/// services.
/// </remarks>
public static class LoadBalancingHttpClientBuilderExtensions
{
    /// <summary>
    /// Balances the client: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or, if there is an action, with those that the
    /// action sets. The order in which further calls apply is described at <see cref="ILoadBalancingBuilder"/>.
    /// </summary>
    /// <param name="builder">The client. Under <c>ConfigureHttpClientDefaults</c>: all clients.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for the balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancing(this IHttpClientBuilder builder, Action<LoadBalancingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistration registration = LoadBalancingRegistrar.Register(builder.Services, builder.Name, configure);
        registration.HasClient = true;
        return new HttpLoadBalancingBuilder(builder.Name, builder.Services, registration);
    }

    /// <summary>
    /// Undoes all of it: what <c>AddLoadBalancing</c> and <c>AddLoadBalancedHttpClient</c> said about this client so far, the base address and the defaults of
    /// its primary handler included, and for this client also what the defaults of all clients say. A later call balances it again.
    /// </summary>
    /// <param name="builder">The client; from <c>ConfigureHttpClientDefaults</c>: all clients that were not named.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder RemoveLoadBalancing(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistrationCollection.GetOrCreate(builder.Services).Remove(builder.Name);
        return builder;
    }
}
