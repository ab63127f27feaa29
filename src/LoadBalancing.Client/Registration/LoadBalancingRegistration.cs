using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>What all registration calls have in common.</summary>
internal static class LoadBalancingRegistration
{
    /// <param name="services">The collection.</param>
    /// <param name="name">The service; null for the defaults of all clients.</param>
    /// <param name="layer">What this call says; null when it says nothing.</param>
    public static ServiceRegistration Register(IServiceCollection services, string? name, OptionsLayer? layer)
    {
        AddCore(services);
        ServiceRegistration registration = ServiceRegistrations.Of(services).GetOrAdd(name);
        registration.StartOver(layer);
        if (name is null)
        {
            services.AddOptions<ConfiguredServices>().ValidateOnStart();
        }
        else
        {
            services.AddOptions<LoadBalancingOptions>(name).ValidateOnStart();
            services.AddOptions<PrimaryHandlerCheck>().ValidateOnStart();
            services.AddOptions<CookieClients>(name).ValidateOnStart();
            services.TryAddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer((string)key!));
        }

        return registration;
    }

    public static void AddCore(IServiceCollection services)
    {
        services.AddLogging();
        services.AddMetrics();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(RandomSource.Shared);
        services.TryAddSingleton(ServiceRegistrations.Of(services));
        services.TryAddSingleton<LoadBalancingMetrics>();
        services.TryAddSingleton(static provider => new StrategyRegistry(provider.GetServices<ILoadBalancingStrategy>(), provider.GetRequiredService<RandomSource>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static provider => new HealthProbes(provider.GetServices<IHealthProbe>()));
        services.TryAddSingleton<RunningServices>();
        services.TryAddSingleton<ServiceRegistry>();
        services.TryAddSingleton<ILoadBalancerProvider>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton<IRequestPolicies>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton<IFaultInjection>(static provider => provider.GetRequiredService<ServiceRegistry>());
        services.TryAddSingleton(static provider => new Lazy<ServiceRegistry>(provider.GetRequiredService<ServiceRegistry>));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<LoadBalancingOptions>, LayeredOptions>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoadBalancingOptions>, LoadBalancingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoadBalancingOptions>, StartupWarnings>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ConfiguredServices>, ConfiguredServices.Validator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PrimaryHandlerCheck>, PrimaryHandlerCheck.Validator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CookieClients>, CookieClients.Validator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HttpClientFactoryOptions>, ClientObserver>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, HandlerInstaller>());
    }
}
