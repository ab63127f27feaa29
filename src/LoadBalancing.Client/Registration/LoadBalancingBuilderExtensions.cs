using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What can be added to a balanced client, or to a balancer without a client, once it is registered.</summary>
/// <remarks>
/// Every method returns the builder that it was given, in its own type. The order in which options apply is described at <see cref="ILoadBalancingBuilder"/>:
/// the section by name or its replacement first, then what <c>Configure</c> adds, in the order in which it is written.
/// </remarks>
public static class LoadBalancingBuilderExtensions
{
    /// <summary>Overrides, in code, options that are registered so far.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options. Called when the service starts and at every reload.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, Action<LoadBalancingOptions> configure)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure((options, _) => configure(options));
    }

    /// <summary>Overrides, in code, options that are registered so far, with what the service provider has.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options, with what it needs from the service provider. Called when the service starts and at every reload.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, Action<LoadBalancingOptions, IServiceProvider> configure)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        GetRegistration(builder).Add(OptionsLayer.FromAction(configure));
        return builder;
    }

    /// <summary>Overrides, in code, options that are registered so far, and reads all options of the service again whenever a token signals a change.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="configure">Changes the options, with what it needs from the service provider. Called when the service starts and at every reload.</param>
    /// <param name="changes">
    /// Returns a token for the next change; called again after each. Options that are invalid after a change are rejected, and the last valid ones stay.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
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
    /// Overrides options that are registered so far with those in a configuration section, and follows its changes. The section comes on top of
    /// <c>LoadBalancing:{name}</c>; to read it instead, call <see cref="ReplaceConfiguration"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="section">The section with the keys of the options. One that is empty or absent changes nothing.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static TBuilder Configure<TBuilder>(this TBuilder builder, IConfiguration section)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(section);
        GetRegistration(builder).Add(OptionsLayer.FromConfiguration(section));
        return builder;
    }

    /// <summary>
    /// Reads a configuration section instead of <c>LoadBalancing:{name}</c>, and follows its changes. Wherever the call is written, the section lies under the
    /// action of the registration call and under every <c>Configure</c>. A later call replaces the section of an earlier one.
    /// </summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="section">
    /// The section with the keys of the options. One that is empty or absent leaves the defaults; <c>LoadBalancing:{name}</c> is not read even then.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    /// <exception cref="InvalidOperationException">
    /// Under <c>ConfigureHttpClientDefaults</c>, where each service has a section of its own name; call <c>Configure</c> there.
    /// </exception>
    public static TBuilder ReplaceConfiguration<TBuilder>(this TBuilder builder, IConfiguration section)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(section);
        ServiceRegistration registration = GetRegistration(builder);
        if (builder.Name is null)
        {
            throw new InvalidOperationException(
                "Under ConfigureHttpClientDefaults there is no section to replace: each service is read from LoadBalancing:{name}. "
                + "Call Configure(section) to give all of them the options of one section.");
        }

        registration.ReplaceSection(OptionsLayer.FromConfiguration(section));
        return builder;
    }

    /// <summary>Adds a source of endpoints, beside the endpoints in the options and those of other sources.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="source">The source; not disposed.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static TBuilder AddEndpointSource<TBuilder>(this TBuilder builder, IEndpointSource source)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.AddEndpointSource(_ => source);
    }

    /// <summary>Adds a source of endpoints, beside the endpoints in the options and those of other sources.</summary>
    /// <typeparam name="TBuilder">The type of the builder, inferred.</typeparam>
    /// <param name="builder">The balanced client, or the balancer.</param>
    /// <param name="create">Creates the source, once, when the service starts.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static TBuilder AddEndpointSource<TBuilder>(this TBuilder builder, Func<IServiceProvider, IEndpointSource> create)
        where TBuilder : ILoadBalancingBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        GetRegistration(builder).Add(create);
        return builder;
    }

    /// <summary>Adds a source of endpoints that is registered in the service collection.</summary>
    /// <typeparam name="TSource">The registered type.</typeparam>
    /// <param name="builder">The balancer.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
    public static ILoadBalancingBuilder AddEndpointSource<TSource>(this ILoadBalancingBuilder builder)
        where TSource : class, IEndpointSource =>
        builder.AddEndpointSource(static services => services.GetRequiredService<TSource>());

    /// <summary>Adds a source of endpoints that is registered in the service collection.</summary>
    /// <typeparam name="TSource">The registered type.</typeparam>
    /// <param name="builder">The balanced client.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="builder"/> is not one of this library.</exception>
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
