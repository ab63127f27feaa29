using LoadBalancing.Client;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Istio traffic policies.</summary>
public static class IstioServiceCollectionExtensions
{
    /// <inheritdoc cref="AddIstioTrafficPolicies(IServiceCollection, string, Action{IstioClientOptions})"/>
    public static IServiceCollection AddIstioTrafficPolicies(this IServiceCollection services, string files) =>
        services.AddIstioTrafficPolicies(files, static _ => { });

    /// <summary>
    /// Applies Istio documents to load-balanced services, by host: DestinationRules determine cluster policies, VirtualServices route policies, and
    /// ServiceEntries endpoints. Services without documents keep the options of code and configuration. Invalid documents prevent the application from
    /// starting; after startup, invalid changes are rejected and the last valid documents stay active.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="files">A path; <c>*</c> matches any part of a file name and <c>**</c> any folders. Files are watched for changes.</param>
    /// <param name="configureClient">Describes the client.</param>
    public static IServiceCollection AddIstioTrafficPolicies(this IServiceCollection services, string files, Action<IstioClientOptions> configureClient)
    {
        ArgumentNullException.ThrowIfNull(services);
        Add(services, files, configureClient, service: null);
        return services;
    }

    /// <inheritdoc cref="AddIstioTrafficPolicies{TBuilder}(TBuilder, string, Action{IstioClientOptions})"/>
    public static TBuilder AddIstioTrafficPolicies<TBuilder>(this TBuilder builder, string files)
        where TBuilder : ILoadBalancingBuilder =>
        builder.AddIstioTrafficPolicies(files, static _ => { });

    /// <summary>Applies Istio documents to one service only; otherwise like the overload for all services.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The load-balanced client, or the load balancer.</param>
    /// <param name="files">A path; <c>*</c> matches any part of a file name and <c>**</c> any folders. Files are watched for changes.</param>
    /// <param name="configureClient">Describes the client.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder AddIstioTrafficPolicies<TBuilder>(this TBuilder builder, string files, Action<IstioClientOptions> configureClient)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Services, files, configureClient, builder.Name);
        return builder;
    }

    private static void Add(IServiceCollection services, string files, Action<IstioClientOptions> configureClient, string? service)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(files);
        ArgumentNullException.ThrowIfNull(configureClient);
        var client = new IstioClientOptions();
        configureClient(client);
        services.AddLogging();

        // Registered by factory, so that the container disposes it. Each call adds one; resolving by type returns the last.
        int index = services.Count(static descriptor => descriptor.ServiceType == typeof(IstioTrafficPolicies));
        services.AddSingleton(provider => new IstioTrafficPolicies(
            [files], client, provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILogger<IstioTrafficPolicies>>()));
        object key = new();
        services.AddKeyedSingleton(key, (provider, _) => new PostConfigureIstioPolicies(
            provider.GetServices<IstioTrafficPolicies>().ElementAt(index), service, provider, provider.GetRequiredService<ILogger<IstioTrafficPolicies>>()));
        services.AddSingleton<IPostConfigureOptions<LoadBalancingOptions>>(provider => provider.GetRequiredKeyedService<PostConfigureIstioPolicies>(key));
        services.AddSingleton<IOptionsChangeTokenSource<LoadBalancingOptions>>(provider => provider.GetRequiredKeyedService<PostConfigureIstioPolicies>(key));
        services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(
            provider => new ClientTlsSetup(provider.GetServices<IstioTrafficPolicies>().ElementAt(index), service));
    }
}
