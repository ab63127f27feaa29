using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// Owns all running services; one instance per service provider. A service starts when it is first requested and lives until the provider is
/// disposed, independently of handler lifetimes.
/// </summary>
internal sealed class ServiceRegistry : ILoadBalancerProvider, IFaultInjection, IRequestPolicyExplainer, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ServiceRuntime>> _runtimes = new(StringComparer.Ordinal);
    private readonly ServiceRegistrationCollection _registrations;
    private readonly IServiceProvider _provider;
    private readonly StartupTracker _startupTracker;
    private readonly IDisposable? _configurationSubscription;
    private FrozenDictionary<string, HostEntry>? _hostMap;
    private int _disposed;

    public ServiceRegistry(ServiceRegistrationCollection registrations, StartupTracker startupTracker, IServiceProvider provider)
    {
        _registrations = registrations;
        _startupTracker = startupTracker;
        _provider = provider;
        if (registrations.Defaults is not null && provider.GetService<IConfiguration>() is { } configuration)
        {
            _configurationSubscription = ChangeToken.OnChange(configuration.GetReloadToken, InvalidateHostMap);
        }
    }

    public IReadOnlyCollection<string> ServiceNames => _registrations.GetServiceNames(_provider);

    public LoadBalancer GetLoadBalancer(string serviceName, string? subset = null)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ServiceRuntime service = GetRegistered(serviceName, nameof(serviceName));
        return subset is null ? service.Balancer : service.GetSubset(subset, nameof(subset));
    }

    public RequestPolicy Explain(string serviceName, HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(request);
        if (request.RequestUri is not { IsAbsoluteUri: true })
        {
            string address = Redaction.RedactUri(request.RequestUri?.ToString() ?? "");
            throw new ArgumentException(
                $"The address '{address}' is not absolute; routes match on all of it, like 'http://catalog/items'.",
                nameof(request));
        }

        return GetRegistered(serviceName, nameof(serviceName)).Explain(request);
    }

    public IInjectedFault Inject(string serviceName, FaultOptions fault, Func<HttpRequestMessage, bool>? appliesTo = null)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(fault);
        ServiceRuntime runtime = GetRegistered(serviceName, nameof(serviceName));
        if (_registrations.IsBalancerOnly(serviceName))
        {
            throw new ArgumentException(
                $"Service '{serviceName}' is registered with AddLoadBalancer, without a client, and faults are injected into HTTP requests.",
                nameof(serviceName));
        }

        IReadOnlyList<string> errors = FaultOptionsValidator.FindErrors(fault, serviceName);
        return errors.Count == 0
            ? runtime.Inject(FaultSettings.From(fault) ?? FaultSettings.None, appliesTo)
            : throw new ArgumentException(string.Join(" ", errors), nameof(fault));
    }

    /// <summary>Returns the state of a registered service.</summary>
    public ServiceState GetState(string name) => GetRuntime(name).State;

    /// <summary>Returns the service that balances a host; null when requests to it are not balanced.</summary>
    /// <param name="host">The host, in the form of <see cref="RequestHost"/>.</param>
    public ServiceState? FindByHost(string host)
    {
        FrozenDictionary<string, HostEntry> byHost = Volatile.Read(ref _hostMap) ?? BuildHostMap();
        return byHost.TryGetValue(host, out HostEntry? entry) || byHost.TryGetValue("*", out entry) ? entry.State : null;
    }

    public void Dispose()
    {
        // The container has this object registered under several types and disposes it once for each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _configurationSubscription?.Dispose();
        foreach (Lazy<ServiceRuntime> service in _runtimes.Values)
        {
            if (service.IsValueCreated)
            {
                service.Value.Dispose();
            }
        }
    }

    private ServiceRuntime GetRegistered(string name, string parameter)
    {
        IReadOnlyCollection<string> known = _registrations.GetServiceNames(_provider);
        return known.Contains(name)
            ? GetRuntime(name)
            : throw new ArgumentException($"There is no service '{name}'. Known services: {string.Join(", ", known)}.", parameter);
    }

    private ServiceRuntime GetRuntime(string name)
    {
        if (!_runtimes.TryGetValue(name, out Lazy<ServiceRuntime>? known))
        {
            // PublicationOnly would let two threads start the same timers; the default caches an exception forever. So one thread starts the service, and
            // a failed start is discarded.
            known = _runtimes.GetOrAdd(name, static (name, self) => new Lazy<ServiceRuntime>(() => self.Start(name)), this);
        }

        ServiceRuntime service;
        try
        {
            service = known.Value;
        }
        catch
        {
            _runtimes.TryRemove(new KeyValuePair<string, Lazy<ServiceRuntime>>(name, known));
            throw;
        }

        if (Volatile.Read(ref _disposed) != 0)
        {
            // The disposal may have missed a service that was starting.
            service.Dispose();
            throw new ClusterName(name, Subset: null).CreateStoppedException();
        }

        service.StartSources();
        return service;
    }

    private ServiceRuntime Start(string name)
    {
        var factory = _provider.GetRequiredService<IOptionsFactory<LoadBalancingOptions>>();
        var runtime = new ServiceRuntime(
            name,
            factory.Create(name),
            _registrations.GetSources(name).Select(create => create(_provider)),
            factory,
            GetState,
            _provider.GetRequiredService<StrategyRegistry>(),
            _provider.GetRequiredService<HealthProbeFactory>(),
            _provider.GetService<ICallerContext>(),
            _provider.GetRequiredService<TimeProvider>(),
            _provider.GetRequiredService<RandomSource>(),
            _provider.GetRequiredService<LoadBalancingMetrics>(),
            _provider.GetRequiredService<ILoggerFactory>());
        try
        {
            Watch(name, runtime);
        }
        catch
        {
            runtime.Dispose();
            throw;
        }

        _startupTracker.MarkStarted(name);
        return runtime;
    }

    private void Watch(string name, ServiceRuntime runtime)
    {
        foreach (IConfiguration configuration in _registrations
            .GetLayers(name)
            .Select(layer => layer.GetWatchedConfiguration(_provider))
            .OfType<IConfiguration>()
            .Distinct())
        {
            runtime.Watch(configuration.GetReloadToken, InvalidateHostMap);
        }

        foreach (IOptionsChangeTokenSource<LoadBalancingOptions> source in _provider
            .GetServices<IOptionsChangeTokenSource<LoadBalancingOptions>>()
            .Where(source => source.Name is null || source.Name == name))
        {
            runtime.Watch(source.GetChangeToken, InvalidateHostMap);
        }

        foreach (Func<IServiceProvider, IChangeToken> changes in _registrations
            .GetLayers(name)
            .Select(static layer => layer.ChangeTokenFactory)
            .OfType<Func<IServiceProvider, IChangeToken>>())
        {
            runtime.Watch(() => changes(_provider), InvalidateHostMap);
        }
    }

    private FrozenDictionary<string, HostEntry> BuildHostMap()
    {
        var byHost = new Dictionary<string, HostEntry>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in _registrations.GetServiceNames(_provider).Where(name => _registrations.Find(name)?.HasClient ?? true))
        {
            try
            {
                ServiceState service = GetState(name);
                foreach (string host in service.Plan.Hosts.IsExplicit ? service.Plan.Hosts.Hosts : [service.DefaultHost])
                {
                    byHost.TryAdd(host, new HostEntry(service));
                }
            }
            catch (OptionsValidationException exception)
            {
                // Invalid options of one service fail its own requests only.
                byHost.TryAdd(RequestHost.Normalize(name), new HostEntry(exception));
            }
#pragma warning disable CA1031 // Strategies, sources and probes are foreign code: one that throws at the start fails the requests of its own service only.
            catch
#pragma warning restore CA1031
            {
                byHost.TryAdd(name, new HostEntry(() => StartAgain(name)));
            }
        }

        var frozen = byHost.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Volatile.Write(ref _hostMap, frozen);
        return frozen;
    }

    /// <summary>Starts a service that could not be started when the hosts were mapped.</summary>
    private ServiceState StartAgain(string name)
    {
        ServiceState service = GetState(name);
        InvalidateHostMap();
        return service;
    }

    private void InvalidateHostMap() => Volatile.Write(ref _hostMap, null);

    /// <summary>The service of a host, or what prevents it: a validation error, or a start that has failed and is repeated by each request.</summary>
    private sealed class HostEntry
    {
        private readonly ServiceState? _state;
        private readonly OptionsValidationException? _error;
        private readonly Func<ServiceState>? _start;

        public HostEntry(ServiceState service) => _state = service;

        public HostEntry(OptionsValidationException error) => _error = error;

        public HostEntry(Func<ServiceState> start) => _start = start;

        public ServiceState State => _state
            ?? _start?.Invoke()
            ?? throw new OptionsValidationException(_error!.OptionsName, _error.OptionsType, _error.Failures);
    }
}
