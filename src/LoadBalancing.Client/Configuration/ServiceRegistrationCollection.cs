using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <summary>All registrations of a service collection. It lies in the collection itself, so that every registration call finds the same one.</summary>
internal sealed class ServiceRegistrationCollection
{
    private readonly Dictionary<string, ServiceRegistration> _named = new(StringComparer.Ordinal);

    /// <summary>What was said to <c>ConfigureHttpClientDefaults</c>; null when nothing was. It lies under every named service that has a client.</summary>
    public ServiceRegistration? Defaults { get; private set; }

    public static ServiceRegistrationCollection GetOrCreate(IServiceCollection services)
    {
        ServiceDescriptor? descriptor = services.LastOrDefault(static candidate => candidate.ServiceType == typeof(ServiceRegistrationCollection));
        if (descriptor?.ImplementationInstance is ServiceRegistrationCollection known)
        {
            return known;
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

    /// <summary>Takes a client out; without a name, the defaults of all clients.</summary>
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

    /// <summary>Whether anything is left to be valid: a client that was taken out is no service, unless configuration makes one of its name for other clients.</summary>
    public bool IsBalanced(string name) => Defaults is not null || Find(name) is not { IsRemoved: true };

    /// <summary>Whether this is a balancer without a client, registered with <c>AddLoadBalancer</c>. What is said to all HTTP clients does not hold for it.</summary>
    public bool IsBalancerOnly(string name) => Find(name) is { HasClient: false, IsRemoved: false };

    /// <summary>The services that are known by registration, or, where all clients are balanced, by configuration.</summary>
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

    /// <summary>Everything that was said about a service, in the order in which it applies.</summary>
    public IEnumerable<OptionsLayer> GetLayers(string name)
    {
        IEnumerable<OptionsLayer> named = Find(name) is { IsRemoved: false } registration ? registration.Layers : [OptionsLayer.FromConvention()];
        return (GetDefaults(name)?.Layers ?? []).Concat(named);
    }

    public IEnumerable<Func<IServiceProvider, IEndpointSource>> GetSources(string name) =>
        (GetDefaults(name)?.Sources ?? []).Concat(Find(name)?.Sources ?? []);

    private ServiceRegistration? GetDefaults(string name) => IsBalancerOnly(name) ? null : Defaults;
}
