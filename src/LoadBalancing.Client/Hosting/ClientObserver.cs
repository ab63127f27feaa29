using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Looks at each balanced <see cref="HttpClient"/> as it is made, after the user's own configuration: its base address says which host is balanced, and its time-out may be shorter than ours.</summary>
internal sealed partial class ClientObserver : IPostConfigureOptions<HttpClientFactoryOptions>
{
    private readonly ServiceRegistrations _registrations;
    private readonly Lazy<ServiceRegistry> _registry;
    private readonly ILogger<LoadBalancingHandler> _logger;
    private readonly OnceLog _said = new();

    public ClientObserver(ServiceRegistrations registrations, Lazy<ServiceRegistry> registry, ILogger<LoadBalancingHandler> logger)
    {
        _registrations = registrations;
        _registry = registry;
        _logger = logger;
    }

    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (name is not null && _registrations.Find(name) is { HasClient: true })
        {
            options.HttpClientActions.Add(client => Observe(name, client));
        }
    }

    private void Observe(string name, HttpClient client)
    {
        BalancedService service = _registry.Value.GetService(name);
        RequestPlan plan = service.Plan;
        if (client.BaseAddress is { IsAbsoluteUri: true } address)
        {
            service.DefaultHost = address.Host;
        }
        else if (!plan.Hosts.IsExplicit && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            throw new InvalidOperationException($"Client '{name}' cannot be balanced: {HostRules.NameIsNoHost(name)}");
        }

        if (client.Timeout != Timeout.InfiniteTimeSpan && (plan.Timeout == Timeout.InfiniteTimeSpan || plan.Timeout > client.Timeout))
        {
            _said.Once((name, nameof(client.Timeout)), () => LogClientTimeoutShorter(_logger, name, client.Timeout, plan.Timeout));
        }
    }

    [LoggerMessage(LogEvents.ClientTimeoutShorter, LogLevel.Warning, "Client '{Client}' gives up after {ClientTimeout} (HttpClient.Timeout), before the balancing's own Timeout of {Timeout} can: raise the one or lower the other.", EventName = nameof(LogEvents.ClientTimeoutShorter))]
    private static partial void LogClientTimeoutShorter(ILogger logger, string client, TimeSpan clientTimeout, TimeSpan timeout);
}
