using LoadBalancing.Client;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the traffic policies of a mesh.</summary>
public static class IstioServiceCollectionExtensions
{
    /// <inheritdoc cref="AddIstioTrafficPolicies(IServiceCollection, string, Action{IstioClientOptions})"/>
    public static IServiceCollection AddIstioTrafficPolicies(this IServiceCollection services, string files) =>
        services.AddIstioTrafficPolicies(files, static _ => { });

    /// <summary>
    /// Lets Istio's documents decide about balanced services, each by the host that it is called by: DestinationRules about the policies of its cluster, VirtualServices about those of its routes, ServiceEntries about its
    /// endpoints. What no document speaks of stays as code and configuration say. Errors in documents stop the application from starting; later they keep the last good ones in force.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="files">A path, in which <c>*</c> stands for any part of a name and <c>**</c> for any folders. Changes are followed.</param>
    /// <param name="identify">Says who the client is.</param>
    public static IServiceCollection AddIstioTrafficPolicies(this IServiceCollection services, string files, Action<IstioClientOptions> identify)
    {
        ArgumentNullException.ThrowIfNull(services);
        Add(services, files, identify, service: null);
        return services;
    }

    /// <inheritdoc cref="AddIstioTrafficPolicies{TBuilder}(TBuilder, string, Action{IstioClientOptions})"/>
    public static TBuilder AddIstioTrafficPolicies<TBuilder>(this TBuilder builder, string files)
        where TBuilder : ILoadBalancingBuilder =>
        builder.AddIstioTrafficPolicies(files, static _ => { });

    /// <summary>Lets Istio's documents decide about one service only. Besides, as for all services.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="files">A path, in which <c>*</c> stands for any part of a name and <c>**</c> for any folders. Changes are followed.</param>
    /// <param name="identify">Says who the client is.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder AddIstioTrafficPolicies<TBuilder>(this TBuilder builder, string files, Action<IstioClientOptions> identify)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Services, files, identify, builder.Name);
        return builder;
    }

    private static void Add(IServiceCollection services, string files, Action<IstioClientOptions> identify, string? service)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(files);
        ArgumentNullException.ThrowIfNull(identify);
        var identity = new IstioClientOptions();
        identify(identity);
        services.AddLogging();

        // The container disposes what a factory made. Several calls make several of them, and the last is the one that is found by its type.
        int mine = services.Count(static descriptor => descriptor.ServiceType == typeof(IstioTrafficPolicies));
        services.AddSingleton(provider => new IstioTrafficPolicies(
            [files], identity, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<IstioTrafficPolicies>>()));
        object key = new();
        services.AddKeyedSingleton(key, (provider, _) => new PostConfigureIstioPolicies(
            provider.GetServices<IstioTrafficPolicies>().ElementAt(mine), service, provider, provider.GetRequiredService<ILogger<IstioTrafficPolicies>>()));
        services.AddSingleton<IPostConfigureOptions<LoadBalancingOptions>>(provider => provider.GetRequiredKeyedService<PostConfigureIstioPolicies>(key));
        services.AddSingleton<IOptionsChangeTokenSource<LoadBalancingOptions>>(provider => provider.GetRequiredKeyedService<PostConfigureIstioPolicies>(key));
        services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(provider => new ClientTlsSetup(provider.GetServices<IstioTrafficPolicies>().ElementAt(mine), service));
    }
}
