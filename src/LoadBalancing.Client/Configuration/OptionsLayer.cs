using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>One source of a service's options: code or a configuration section. Later layers override earlier ones.</summary>
internal abstract class OptionsLayer
{
    /// <summary>The configuration section that contains the services by name.</summary>
    public const string DefaultSectionName = "LoadBalancing";

    /// <param name="configure">Changes the options.</param>
    /// <param name="changes">Returns a token for the next change of the layer; null: the layer does not change.</param>
    public static OptionsLayer FromAction(Action<LoadBalancingOptions, IServiceProvider> configure, Func<IServiceProvider, IChangeToken>? changes = null) =>
        new ActionLayer(configure, changes);

    public static OptionsLayer FromConfiguration(IConfiguration configuration) => new ConfigurationLayer(configuration);

    public static OptionsLayer FromConvention() => new ConventionLayer();

    public abstract void Apply(IServiceProvider services, string name, LoadBalancingOptions options);

    /// <summary>The configuration whose reload changes this layer; null when there is none.</summary>
    public virtual IConfiguration? GetWatchedConfiguration(IServiceProvider services) => null;

    /// <summary>Returns tokens for changes from other sources than configuration; null when there are none.</summary>
    public virtual Func<IServiceProvider, IChangeToken>? ChangeTokenFactory => null;

    private sealed class ActionLayer(Action<LoadBalancingOptions, IServiceProvider> configure, Func<IServiceProvider, IChangeToken>? changes) : OptionsLayer
    {
        public override Func<IServiceProvider, IChangeToken>? ChangeTokenFactory => changes;

        public override void Apply(IServiceProvider services, string name, LoadBalancingOptions options) => configure(options, services);
    }

    private sealed class ConfigurationLayer(IConfiguration configuration) : OptionsLayer
    {
        public override void Apply(IServiceProvider services, string name, LoadBalancingOptions options) => ConfigurationReader.Read(configuration, options);

        public override IConfiguration? GetWatchedConfiguration(IServiceProvider services) => configuration;
    }

    /// <summary><c>LoadBalancing:{name}</c> of the application's configuration, if there is one.</summary>
    private sealed class ConventionLayer : OptionsLayer
    {
        public override void Apply(IServiceProvider services, string name, LoadBalancingOptions options)
        {
            if (GetWatchedConfiguration(services) is { } root)
            {
                ConfigurationReader.Read(root.GetSection(ConfigurationPath.Combine(DefaultSectionName, name)), options);
            }
        }

        public override IConfiguration? GetWatchedConfiguration(IServiceProvider services) => services.GetService<IConfiguration>();
    }
}
