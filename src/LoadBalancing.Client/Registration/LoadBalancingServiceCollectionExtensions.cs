using System.Diagnostics.CodeAnalysis;
using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers balanced clients, balancers without a client, and strategies.</summary>
/// <remarks>
/// A client registered here is an ordinary <see cref="HttpClient"/> of the factory: its base address is <c>http://{name}/</c> if the name is a valid host, and further calls on the returned
/// builder configure it as usual. A later call for the same name drops what earlier calls configured about its balancing.
/// </remarks>
public static class LoadBalancingServiceCollectionExtensions
{
    /// <summary>Registers a balanced client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient(this IServiceCollection services, string name) =>
        ConfigureBalancedClient(services.AddHttpClient(name)).AddLoadBalancing();

    /// <summary>Registers a balanced client.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient(this IServiceCollection services, string name, Action<LoadBalancingOptions> configure) =>
        ConfigureBalancedClient(services.AddHttpClient(name)).AddLoadBalancing(configure);

    /// <summary>Registers a balanced client with the options in a configuration section.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient(this IServiceCollection services, string name, IConfiguration section) =>
        ConfigureBalancedClient(services.AddHttpClient(name)).AddLoadBalancing(section);

    /// <summary>Registers a balanced typed client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>()).AddLoadBalancing();

    /// <summary>Registers a balanced typed client.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services, Action<LoadBalancingOptions> configure)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>()).AddLoadBalancing(configure);

    /// <summary>Registers a balanced typed client with the options in a configuration section.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services, IConfiguration section)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>()).AddLoadBalancing(section);

    /// <summary>Registers a balanced typed client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services, string name)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>(name)).AddLoadBalancing();

    /// <summary>Registers a balanced typed client.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services, string name, Action<LoadBalancingOptions> configure)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>(name)).AddLoadBalancing(configure);

    /// <summary>Registers a balanced typed client with the options in a configuration section.</summary>
    /// <typeparam name="TClient">The client; it gets an <see cref="HttpClient"/> in its constructor. Its name, if none is given, is the type's.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this IServiceCollection services, string name, IConfiguration section)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>(name)).AddLoadBalancing(section);

    /// <summary>Registers a balanced typed client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>()).AddLoadBalancing();

    /// <summary>Registers a balanced typed client.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, Action<LoadBalancingOptions> configure)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>()).AddLoadBalancing(configure);

    /// <summary>Registers a balanced typed client with the options in a configuration section.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, IConfiguration section)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>()).AddLoadBalancing(section);

    /// <summary>Registers a balanced typed client with the options in <c>LoadBalancing:{name}</c> of the application's configuration.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, string name)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>(name)).AddLoadBalancing();

    /// <summary>Registers a balanced typed client.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, string name, Action<LoadBalancingOptions> configure)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>(name)).AddLoadBalancing(configure);

    /// <summary>Registers a balanced typed client with the options in a configuration section.</summary>
    /// <typeparam name="TClient">The type that is asked for. The client's name, if none is given, is this type's.</typeparam>
    /// <typeparam name="TImplementation">The type that is made; it gets an <see cref="HttpClient"/> in its constructor.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancedHttpClient<TClient, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(this IServiceCollection services, string name, IConfiguration section)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>(name)).AddLoadBalancing(section);

    /// <summary>Registers a balancer without a client, for anything that is not HTTP, with the options in <c>LoadBalancing:{name}</c> of the application's configuration. <see cref="ILoadBalancerProvider"/> gives access to it.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the service.</param>
    public static ILoadBalancingBuilder AddLoadBalancer(this IServiceCollection services, string name) => AddLoadBalancer(services, name, OptionsLayer.FromConvention());

    /// <summary>Registers a balancer without a client, for anything that is not HTTP. <see cref="ILoadBalancerProvider"/> gives access to it.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the service.</param>
    /// <param name="configure">Fills the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder AddLoadBalancer(this IServiceCollection services, string name, Action<LoadBalancingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return AddLoadBalancer(services, name, OptionsLayer.FromAction((options, _) => configure(options)));
    }

    /// <summary>Registers a balancer without a client, for anything that is not HTTP, with the options in a configuration section. <see cref="ILoadBalancerProvider"/> gives access to it.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the service.</param>
    /// <param name="section">The section with the options of the service. Its changes are followed.</param>
    public static ILoadBalancingBuilder AddLoadBalancer(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return AddLoadBalancer(services, name, OptionsLayer.FromConfiguration(section));
    }

    /// <summary>Registers a strategy for all services. One of the name of an earlier or built-in one takes its place.</summary>
    /// <typeparam name="TStrategy">The strategy; one instance is made and shared.</typeparam>
    /// <param name="services">The service collection.</param>
    public static IServiceCollection AddLoadBalancingStrategy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStrategy>(this IServiceCollection services)
        where TStrategy : class, ILoadBalancingStrategy
    {
        ArgumentNullException.ThrowIfNull(services);
        LoadBalancingRegistrar.AddCoreServices(services);
        return services.AddSingleton<ILoadBalancingStrategy, TStrategy>();
    }

    private static LoadBalancingBuilder AddLoadBalancer(IServiceCollection services, string name, OptionsLayer layer)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new LoadBalancingBuilder(name, services, LoadBalancingRegistrar.Register(services, name, layer));
    }

    /// <summary>Makes a client ready for balancing: its base address, unless it has one, and the defaults of its primary handler, which go first so that the user's own come after.</summary>
    private static IHttpClientBuilder ConfigureBalancedClient(IHttpClientBuilder builder)
    {
        string name = builder.Name;
        ServiceRegistration registration = ServiceRegistrationCollection.GetOrCreate(builder.Services).GetOrAdd(name);
        if (registration.OwnsClient)
        {
            return builder;
        }

        registration.OwnsClient = true;
        if (Uri.CheckHostName(name) != UriHostNameType.Unknown)
        {
            builder.ConfigureHttpClient(client =>
            {
                if (registration.OwnsClient)
                {
                    client.BaseAddress ??= new Uri($"http://{name}/");
                }
            });
        }

        builder.Services.Configure<HttpClientFactoryOptions>(name, options => options.HttpMessageHandlerBuilderActions.Insert(0, handlers =>
        {
            if (registration.OwnsClient)
            {
                PrimaryHandlerDefaults.Apply(handlers);
            }
        }));
        return builder;
    }
}
