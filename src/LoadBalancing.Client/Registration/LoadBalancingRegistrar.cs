using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>The common part of all registration calls.</summary>
internal static class LoadBalancingRegistrar
{
    /// <param name="services">The collection.</param>
    /// <param name="name">The service; null for the defaults of all clients.</param>
    /// <param name="configure">The action of the call; null to read the options from the section by name.</param>
    public static ServiceRegistration Register(IServiceCollection services, string? name, Action<LoadBalancingOptions>? configure)
    {
        AddCoreServices(services);
        ServiceRegistration registration = ServiceRegistrationCollection.GetOrCreate(services).GetOrAdd(name);
        registration.Reset(readsSectionByName: name is not null && configure is null);
        if (configure is not null)
        {
            registration.Add(OptionsLayer.FromAction((options, _) => configure(options)));
        }

        if (name is null)
        {
            services.AddOptions<ConfiguredServicesStartupValidation>().ValidateOnStart();
        }
        else
        {
            services.AddOptions<LoadBalancingOptions>(name).ValidateOnStart();
            services.AddOptions<PrimaryHandlerStartupValidation>().ValidateOnStart();
            services.AddOptions<CookieContainerStartupValidation>(name).ValidateOnStart();
            services.TryAddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer((string)key!));
        }

        return registration;
    }

    public static void AddCoreServices(IServiceCollection services)
    {
        services.AddLogging();
        services.AddMetrics();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(RandomSource.Shared);
        services.TryAddSingleton(ServiceRegistrationCollection.GetOrCreate(services));
        services.TryAddSingleton<LoadBalancingMetrics>();
        services.TryAddSingleton(static provider => new StrategyRegistry(
            provider.GetServices<ILoadBalancingStrategy>(),
            provider.GetRequiredService<RandomSource>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new HealthProbeFactory(
            provider.GetServices<IHealthProbe>(),
            service => provider.GetRequiredService<ServiceRegistrationCollection>().IsBalancerOnly(service)
                ? null
                : provider.GetService<IHttpMessageHandlerFactory>()?.CreateHandler(service)));
        services.TryAddSingleton<StartupTracker>();
        services.TryAddSingleton<ServiceRegistry>();
        services.TryAddSingleton<ILoadBalancerProvider>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton<IRequestPolicyExplainer>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton<IFaultInjection>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton(static provider => new Lazy<ServiceRegistry>(provider.GetRequiredService<ServiceRegistry>));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LoadBalancingOptions>, LoadBalancingOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoadBalancingOptions>, LoadBalancingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoadBalancingOptions>, StartupWarnings>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ConfiguredServicesStartupValidation>, ConfiguredServicesStartupValidation.Validator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PrimaryHandlerStartupValidation>, PrimaryHandlerStartupValidation.Validator>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<CookieContainerStartupValidation>, CookieContainerStartupValidation.Validator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpClientFactoryOptions>, HttpClientInspector>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpClientFactoryOptions>, BalancingPosition>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, LoadBalancingHandlerFilter>());
    }
}
