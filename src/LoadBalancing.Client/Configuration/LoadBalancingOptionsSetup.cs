using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Configures the options of a service from its registration.</summary>
internal sealed class LoadBalancingOptionsSetup : IConfigureNamedOptions<LoadBalancingOptions>
{
    private readonly ServiceRegistrationCollection _registrations;
    private readonly IServiceProvider _services;

    public LoadBalancingOptionsSetup(ServiceRegistrationCollection registrations, IServiceProvider services)
    {
        _registrations = registrations;
        _services = services;
    }

    public void Configure(string? name, LoadBalancingOptions options)
    {
        foreach (OptionsLayer layer in _registrations.GetLayers(name ?? Options.DefaultName))
        {
            layer.Apply(_services, name ?? Options.DefaultName, options);
        }
    }

    public void Configure(LoadBalancingOptions options) => Configure(Options.DefaultName, options);
}
