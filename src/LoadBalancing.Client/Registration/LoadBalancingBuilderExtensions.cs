using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds options and endpoint sources to a registered client or balancer.</summary>
/// <remarks>
/// Every method returns the builder it was called on, with its static type. <see cref="ILoadBalancingBuilder"/> describes the order in which options apply:
/// first the section by name or its replacement, then the <c>Configure</c> calls, in call order.
/// </remarks>
public static class LoadBalancingBuilderExtensions
{
    /// <summary>Overrides the options registered so far, in code.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options. Called when the service starts and at every reload.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, Action<LoadBalancingOptions> configure)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure((options, _) => configure(options));
    }

    /// <summary>Overrides the options registered so far, in code that uses the service provider.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options; receives the service provider. Called when the service starts and at every reload.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, Action<LoadBalancingOptions, IServiceProvider> configure)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        GetRegistration(builder).Add(OptionsLayer.FromAction(configure));
        return builder;
    }

    /// <summary>Overrides the options registered so far, in code, and reloads all options of the service whenever a token signals a change.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options; receives the service provider. Called when the service starts and at every reload.</param>
    /// <param name="changes">
    /// Returns a token for the next change; called again after each change. Options that are invalid after a change are rejected, and the last valid
    /// ones stay in
    /// effect.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder Configure<TBuilder>(
        this TBuilder builder,
        Action<LoadBalancingOptions, IServiceProvider> configure,
        Func<IServiceProvider, IChangeToken> changes)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(changes);
        GetRegistration(builder).Add(OptionsLayer.FromAction(configure, changes));
        return builder;
    }

    /// <summary>
    /// Overrides the options registered so far with those in a configuration section, and follows its changes. The section is applied on top of
    /// <c>LoadBalancing:{name}</c>; to replace that section, call <see cref="ReplaceConfiguration"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="section">The section with the keys of the options. An empty or absent section changes nothing.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, IConfiguration section)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(section);
        GetRegistration(builder).Add(OptionsLayer.FromConfiguration(section));
        return builder;
    }

    /// <summary>
    /// Reads a configuration section instead of <c>LoadBalancing:{name}</c>, and follows its changes. Wherever the call stands, the section is applied before
    /// the action of the registration call and before every <c>Configure</c>. A later call replaces the section of an earlier one.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="section">
    /// The section with the keys of the options. An empty or absent section leaves the defaults; <c>LoadBalancing:{name}</c> is not read even then.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    /// <exception cref="InvalidOperationException">
    /// Under <c>ConfigureHttpClientDefaults</c>, where each service has its own section; call <c>Configure</c> there.
    /// </exception>
    public static TBuilder ReplaceConfiguration<TBuilder>(this TBuilder builder, IConfiguration section)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(section);
        ServiceRegistration registration = GetRegistration(builder);
        if (builder.Name is null)
        {
            throw new InvalidOperationException(
                "Under ConfigureHttpClientDefaults there is no section to replace: each service reads LoadBalancing:{name}. "
                + "Call Configure(section) to apply the options of one section to all of them.");
        }

        registration.ReplaceSection(OptionsLayer.FromConfiguration(section));
        return builder;
    }

    /// <summary>Adds an endpoint source, in addition to the endpoints in the options and those of other sources.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="source">The source. It is not disposed.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder AddEndpointSource<TBuilder>(this TBuilder builder, IEndpointSource source)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.AddEndpointSource(_ => source);
    }

    /// <summary>Adds an endpoint source, in addition to the endpoints in the options and those of other sources.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="create">Creates the source, once, when the service starts.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static TBuilder AddEndpointSource<TBuilder>(this TBuilder builder, Func<IServiceProvider, IEndpointSource> create)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        GetRegistration(builder).Add(create);
        return builder;
    }

    /// <summary>Adds an endpoint source that is registered in the service collection.</summary>
    /// <typeparam name="TSource">The registered type.</typeparam>
    /// <param name="builder">The balancer.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static ILoadBalancingBuilder AddEndpointSource<TSource>(this ILoadBalancingBuilder builder)
        where TSource : class, IEndpointSource =>
        builder.AddEndpointSource(static services => services.GetRequiredService<TSource>());

    /// <summary>Adds an endpoint source that is registered in the service collection.</summary>
    /// <typeparam name="TSource">The registered type.</typeparam>
    /// <param name="builder">The balanced client.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not a builder of this library.</exception>
    public static IHttpLoadBalancingBuilder AddEndpointSource<TSource>(this IHttpLoadBalancingBuilder builder)
        where TSource : class, IEndpointSource =>
        builder.AddEndpointSource(static services => services.GetRequiredService<TSource>());

    private static ServiceRegistration GetRegistration(ILoadBalancingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder is LoadBalancingBuilder known
            ? known.Registration
            : throw new ArgumentException("The builder does not come from AddLoadBalancedHttpClient, AddLoadBalancing or AddLoadBalancer.", nameof(builder));
    }
}
