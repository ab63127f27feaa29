using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <summary>All registrations of a service collection. Stored in the collection itself, so that every registration call uses the same instance.</summary>
internal sealed class ServiceRegistrationCollection
{
    private readonly Dictionary<string, ServiceRegistration> _named = new(StringComparer.Ordinal);

    /// <summary>
    /// The registration made with <c>ConfigureHttpClientDefaults</c>; null when there is none. Every named service with a client overrides it.
    /// </summary>
    public ServiceRegistration? Defaults { get; private set; }

    public static ServiceRegistrationCollection GetOrCreate(IServiceCollection services)
    {
        ServiceDescriptor? descriptor = services.LastOrDefault(static candidate => candidate.ServiceType == typeof(ServiceRegistrationCollection));
        if (descriptor?.ImplementationInstance is ServiceRegistrationCollection existing)
        {
            return existing;
        }

        var registrations = new ServiceRegistrationCollection();
        services.AddSingleton(registrations);
        return registrations;
    }

    public ServiceRegistration? Find(string name) => _named.GetValueOrDefault(name);

    /// <param name="name">The service; null for the defaults of all clients.</param>
    public ServiceRegistration GetOrAdd(string? name)
    {
        if (name is null)
        {
            return Defaults ??= new ServiceRegistration();
        }

        if (!_named.TryGetValue(name, out ServiceRegistration? registration))
        {
            registration = new ServiceRegistration();
            _named.Add(name, registration);
        }

        return registration;
    }

    /// <summary>Removes a client; without a name, the defaults of all clients.</summary>
    public void Remove(string? name)
    {
        if (name is null)
        {
            Defaults = null;
        }
        else
        {
            GetOrAdd(name).Remove();
        }
    }

    /// <summary>
    /// Whether the service has options to validate: a removed client is not a service, unless defaults of all clients exist and configuration may
    /// define a service of its name.
    /// </summary>
    public bool IsBalanced(string name) => Defaults is not null || Find(name) is not { IsRemoved: true };

    /// <summary>Whether the requests of a client are balanced: by a registration of its own, or by the defaults of all clients.</summary>
    public bool HasBalancedClient(string name) =>
        Find(name) is { HasClient: true } || (Defaults is not null && Find(name) is not { IsRemoved: true });

    /// <summary>
    /// Whether this is a balancer without a client, registered with <c>AddLoadBalancer</c>. The defaults of all HTTP clients do not apply to it.
    /// </summary>
    public bool IsBalancerOnly(string name) => Find(name) is { HasClient: false, IsRemoved: false };

    /// <summary>The services that are registered or, where all clients are balanced, configured.</summary>
    public IReadOnlyCollection<string> GetServiceNames(IServiceProvider services)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (Defaults is not null && services.GetService<IConfiguration>() is { } configuration)
        {
            names.UnionWith(configuration.GetSection(OptionsLayer.DefaultSectionName).GetChildren().Select(static section => section.Key));
        }

        names.UnionWith(_named.Where(static named => !named.Value.IsRemoved).Select(static named => named.Key));
        return names;
    }

    /// <summary>The layers of a service's options, in the order in which they apply.</summary>
    public IEnumerable<OptionsLayer> GetLayers(string name)
    {
        IEnumerable<OptionsLayer> named = Find(name) is { IsRemoved: false } registration ? registration.Layers : [OptionsLayer.FromConvention()];
        return (GetDefaults(name)?.Layers ?? []).Concat(named);
    }

    public IEnumerable<Func<IServiceProvider, IEndpointSource>> GetSources(string name) =>
        (GetDefaults(name)?.Sources ?? []).Concat(Find(name)?.Sources ?? []);

    private ServiceRegistration? GetDefaults(string name) => IsBalancerOnly(name) ? null : Defaults;
}
