using System.Diagnostics.CodeAnalysis;
using LoadBalancing.Client;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers balanced clients, balancers without a client, and strategies.</summary>
/// <remarks>
/// A client registered here is an ordinary <see cref="HttpClient"/> of the factory: its base address is <c>http://{name}/</c> if the name is a valid host, and
/// further calls on the returned builder configure it as usual. A later call for the same name discards the load balancing configuration of earlier calls.
/// <see cref="ILoadBalancingBuilder"/> describes the order in which the options of a service apply.
/// </remarks>
public static class LoadBalancingServiceCollectionExtensions
{
#pragma warning disable RS0026 // Overloads with an optional action: they differ by type arguments and by a required name, so that no call is ambiguous.
    /// <summary>
    /// Registers a balanced client: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or, if there is an action, with those
    /// that the action sets.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancedHttpClient(
        this IServiceCollection services,
        string name,
        Action<LoadBalancingOptions>? configure = null) =>
        ConfigureBalancedClient(services.AddHttpClient(name)).AddLoadBalancing(configure);

    /// <summary>
    /// Registers a balanced typed client, under the name of its type: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or,
    /// if there is an action, with those that the action sets.
    /// </summary>
    /// <typeparam name="TClient">
    /// The client; its constructor takes an <see cref="HttpClient"/>. Its name is the name of the client and of its service.
    /// </typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
        this IServiceCollection services,
        Action<LoadBalancingOptions>? configure = null)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>()).AddLoadBalancing(configure);

    /// <summary>
    /// Registers a balanced typed client, under its own name: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or, if
    /// there is an action, with those that the action sets.
    /// </summary>
    /// <typeparam name="TClient">The client; its constructor takes an <see cref="HttpClient"/>.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancedHttpClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
        this IServiceCollection services,
        string name,
        Action<LoadBalancingOptions>? configure = null)
        where TClient : class =>
        ConfigureBalancedClient(services.AddHttpClient<TClient>(name)).AddLoadBalancing(configure);

    /// <summary>
    /// Registers a balanced typed client, under the name of its type: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or,
    /// if there is an action, with those that the action sets.
    /// </summary>
    /// <typeparam name="TClient">The type that is requested. Its name is the name of the client and of its service.</typeparam>
    /// <typeparam name="TImplementation">The type that is created; its constructor takes an <see cref="HttpClient"/>.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancedHttpClient<
        TClient,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this IServiceCollection services,
        Action<LoadBalancingOptions>? configure = null)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>()).AddLoadBalancing(configure);

    /// <summary>
    /// Registers a balanced typed client, under its own name: with the options in <c>LoadBalancing:{name}</c> of the application's configuration, or, if
    /// there is an action, with those that the action sets.
    /// </summary>
    /// <typeparam name="TClient">The type that is requested.</typeparam>
    /// <typeparam name="TImplementation">The type that is created; its constructor takes an <see cref="HttpClient"/>.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing and for the client.</returns>
    public static IHttpLoadBalancingBuilder AddLoadBalancedHttpClient<
        TClient,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this IServiceCollection services,
        string name,
        Action<LoadBalancingOptions>? configure = null)
        where TClient : class
        where TImplementation : class, TClient =>
        ConfigureBalancedClient(services.AddHttpClient<TClient, TImplementation>(name)).AddLoadBalancing(configure);
#pragma warning restore RS0026

    /// <summary>
    /// Registers a balancer without a client, for protocols other than HTTP: with the options in <c>LoadBalancing:{name}</c> of the application's
    /// configuration, or, if there is an action, with those that the action sets. It is available from <see cref="ILoadBalancerProvider"/> and from the
    /// service provider, where <see cref="LoadBalancer"/> is registered with the name as its key.
    /// </summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the service.</param>
    /// <param name="configure">
    /// Sets the options; then <c>LoadBalancing:{name}</c> is not read. Called when the service starts and at every reload. Null, the default: the options of
    /// the configuration.
    /// </param>
    /// <returns>A builder for load balancing.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static ILoadBalancingBuilder AddLoadBalancer(this IServiceCollection services, string name, Action<LoadBalancingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new LoadBalancingBuilder(name, services, LoadBalancingRegistrar.Register(services, name, configure));
    }

    /// <summary>Registers a strategy for all services. It replaces an earlier or built-in strategy with the same name.</summary>
    /// <typeparam name="TStrategy">The strategy; one instance is created and shared.</typeparam>
    /// <param name="services">The service collection.</param>
    public static IServiceCollection AddLoadBalancingStrategy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStrategy>(
        this IServiceCollection services)
        where TStrategy : class, ILoadBalancingStrategy
    {
        ArgumentNullException.ThrowIfNull(services);
        LoadBalancingRegistrar.AddCoreServices(services);
        return services.AddSingleton<ILoadBalancingStrategy, TStrategy>();
    }

    /// <summary>
    /// Prepares a client for load balancing: sets its base address, unless it has one, and the defaults of its primary handler. The defaults apply
    /// first, so that
    /// the application's configuration overrides them.
    /// </summary>
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
