using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Balances clients that are registered in other ways: plain and typed ones, Refit, Kiota, gRPC's client factory, and, through <c>ConfigureHttpClientDefaults</c>, all of them.</summary>
/// <remarks>
/// A client has one balancing handler however often it is asked for; a later call drops what earlier calls configured. What is said to <c>ConfigureHttpClientDefaults</c> lies underneath, in whichever order it is written. Under
/// the defaults alone a request's service is found by its host among the configured services.
/// </remarks>
public static class LoadBalancingHttpClientBuilderExtensions
{
    /// <summary>Balances the client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <param name="builder">The client.</param>
    public static ILoadBalancingBuilder AddLoadBalancing(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return Add(builder, builder.Name is null ? null : OptionsLayer.FromConvention());
    }

    /// <summary>Balances the client.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancing(this IHttpClientBuilder builder, Action<LoadBalancingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(builder, OptionsLayer.FromAction((options, _) => configure(options)));
    }

    /// <summary>Balances the client with the options in a configuration section, and follows its changes.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="section">The section with the options of the service.</param>
    public static ILoadBalancingBuilder AddLoadBalancing(this IHttpClientBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(builder, OptionsLayer.FromConfiguration(section));
    }

    /// <summary>
    /// Undoes all of it: what <c>AddLoadBalancing</c> and <c>AddLoadBalancedHttpClient</c> said about this client so far, the base address and the defaults of its primary handler included, and for this
    /// client also what the defaults of all clients say. A later call balances it anew.
    /// </summary>
    /// <param name="builder">The client; from <c>ConfigureHttpClientDefaults</c>: all clients that were not named.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder RemoveLoadBalancing(this IHttpClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistrationCollection.GetOrCreate(builder.Services).Remove(builder.Name);
        return builder;
    }

    private static LoadBalancingBuilder Add(IHttpClientBuilder builder, OptionsLayer? layer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ServiceRegistration registration = LoadBalancingRegistrar.Register(builder.Services, builder.Name, layer);
        registration.HasClient = true;
        return new LoadBalancingBuilder(builder.Name, builder.Services, registration);
    }
}
