using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What can be added to a balanced client once it is registered.</summary>
public static class LoadBalancingBuilderExtensions
{
    /// <summary>Lays further options over those registered so far.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="configure">Changes the options. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder Configure(this ILoadBalancingBuilder builder, Action<LoadBalancingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure((options, _) => configure(options));
    }

    /// <summary>Lays further options over those registered so far.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="configure">Changes the options, with what it needs from the service provider. Called when the service starts and at every reload.</param>
    public static ILoadBalancingBuilder Configure(this ILoadBalancingBuilder builder, Action<LoadBalancingOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        GetRegistration(builder).Add(OptionsLayer.FromAction(configure));
        return builder;
    }

    /// <summary>Lays further options over those registered so far, and reads all of the service's options anew whenever something changes.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="configure">Changes the options, with what it needs from the service provider. Called when the service starts and at every reload.</param>
    /// <param name="changes">Gives a token for the next change; asked again after each. Options that are faulty after a change are not taken, and the last good ones stay.</param>
    public static ILoadBalancingBuilder Configure(this ILoadBalancingBuilder builder, Action<LoadBalancingOptions, IServiceProvider> configure, Func<IServiceProvider, IChangeToken> changes)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(changes);
        GetRegistration(builder).Add(OptionsLayer.FromAction(configure, changes));
        return builder;
    }

    /// <summary>Lays what a configuration section says over the options registered so far, and follows its changes.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="section">The section with the options of the service.</param>
    public static ILoadBalancingBuilder Configure(this ILoadBalancingBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        GetRegistration(builder).Add(OptionsLayer.FromConfiguration(section));
        return builder;
    }

    /// <summary>Adds a source of endpoints, beside those in the options and other sources.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="source">The source; not disposed.</param>
    public static ILoadBalancingBuilder AddEndpointSource(this ILoadBalancingBuilder builder, IEndpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.AddEndpointSource(_ => source);
    }

    /// <summary>Adds a source of endpoints, beside those in the options and other sources.</summary>
    /// <param name="builder">The balanced client.</param>
    /// <param name="create">Makes the source, once, when the service starts.</param>
    public static ILoadBalancingBuilder AddEndpointSource(this ILoadBalancingBuilder builder, Func<IServiceProvider, IEndpointSource> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        GetRegistration(builder).Add(create);
        return builder;
    }

    /// <summary>Adds a source of endpoints that is registered in the service collection.</summary>
    /// <typeparam name="TSource">The registered type.</typeparam>
    /// <param name="builder">The balanced client.</param>
    public static ILoadBalancingBuilder AddEndpointSource<TSource>(this ILoadBalancingBuilder builder)
        where TSource : class, IEndpointSource =>
        builder.AddEndpointSource(static services => services.GetRequiredService<TSource>());

    private static ServiceRegistration GetRegistration(ILoadBalancingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder is LoadBalancingBuilder known
            ? known.Registration
            : throw new ArgumentException("The builder does not come from AddLoadBalancing or AddLoadBalancedHttpClient.", nameof(builder));
    }
}
