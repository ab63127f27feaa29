using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>One thing that was said about a service's options: by code, or by a configuration section. Later layers lie over earlier ones.</summary>
internal abstract class OptionsLayer
{
    /// <summary>The section in which services are found by their names.</summary>
    public const string DefaultSectionName = "LoadBalancing";

    /// <param name="configure">Changes the options.</param>
    /// <param name="changes">Gives a token for the next change of what it says; null: that never changes by itself.</param>
    public static OptionsLayer FromAction(Action<LoadBalancingOptions, IServiceProvider> configure, Func<IServiceProvider, IChangeToken>? changes = null) => new ActionLayer(configure, changes);

    public static OptionsLayer FromConfiguration(IConfiguration configuration) => new ConfigurationLayer(configuration);

    public static OptionsLayer FromConvention() => new ConventionLayer();

    public abstract void Apply(IServiceProvider services, string name, LoadBalancingOptions options);

    /// <summary>The configuration whose changes change this layer; null when nothing does.</summary>
    public virtual IConfiguration? GetWatchedConfiguration(IServiceProvider services) => null;

    /// <summary>Gives tokens for changes that come from somewhere else than configuration; null when there are none.</summary>
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
