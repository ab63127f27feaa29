using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Inspects each balanced <see cref="HttpClient"/> when it is created, after the application's configuration: its base address sets the balanced
/// host, and its timeout may be shorter than the service's.
/// </summary>
internal sealed partial class HttpClientInspector : IPostConfigureOptions<HttpClientFactoryOptions>
{
    private readonly ServiceRegistrationCollection _registrations;
    private readonly Lazy<ServiceRegistry> _registry;
    private readonly GuardedLogger _logger;
    private readonly LogOnce _logOnce = new();

    public HttpClientInspector(
        ServiceRegistrationCollection registrations,
        Lazy<ServiceRegistry> registry,
        LoadBalancingMetrics metrics,
        ILoggerFactory loggerFactory)
    {
        _registrations = registrations;
        _registry = registry;
        _logger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancingHandler>());
    }

    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (name is not null && _registrations.Find(name) is { HasClient: true })
        {
            options.HttpClientActions.Add(client => Inspect(name, client));
        }
    }

    private void Inspect(string name, HttpClient client)
    {
        ServiceState service = _registry.Value.GetState(name);
        RequestPlan plan = service.Plan;
        if (client.BaseAddress is { IsAbsoluteUri: true } address)
        {
            service.DefaultHost = RequestHost.Of(address);
            WarnAboutPlainText(name, address, plan.Balancer.Endpoints);
        }
        else if (!plan.Hosts.IsExplicit && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            throw new InvalidOperationException($"Client '{name}' cannot be balanced: {HostMessages.ClientNameIsNotHost(name)}");
        }

        if (client.Timeout != Timeout.InfiniteTimeSpan && (plan.Timeout == Timeout.InfiniteTimeSpan || plan.Timeout > client.Timeout))
        {
            _logOnce.Log((name, nameof(client.Timeout)), () => LogClientTimeoutShorter(_logger, name, client.Timeout, plan.Timeout));
        }
    }

    /// <summary>The endpoint's scheme decides whether TLS is used. A base address of https:// with http:// endpoints is therefore worth a warning.</summary>
    private void WarnAboutPlainText(string name, Uri baseAddress, IReadOnlyList<UpstreamEndpoint> endpoints)
    {
        if (baseAddress.Scheme == Uri.UriSchemeHttps && endpoints.FirstOrDefault(static endpoint => endpoint.Address.Scheme == Uri.UriSchemeHttp) is { } plain)
        {
            _logOnce.Log((name, nameof(LogEvents.PlainTextBehindTls)), () => LogPlainTextBehindTls(_logger, name, baseAddress.Host, plain));
        }
    }

    [LoggerMessage(
        LogEvents.PlainTextBehindTls,
        LogLevel.Warning,
        "Client '{Client}' requests https://{Host}, but endpoint {Endpoint} is called in plain text: the endpoint's scheme decides. Write https:// in its " +
            "address, or http:// in the base address.",
        EventName = nameof(LogEvents.PlainTextBehindTls))]
    private static partial void LogPlainTextBehindTls(ILogger logger, string client, string host, UpstreamEndpoint endpoint);

    [LoggerMessage(
        LogEvents.ClientTimeoutShorter,
        LogLevel.Warning,
        "Client '{Client}' has an HttpClient.Timeout of {ClientTimeout}, shorter than the balancing's Timeout of {Timeout}: raise the former or lower " +
            "the latter.",
        EventName = nameof(LogEvents.ClientTimeoutShorter))]
    private static partial void LogClientTimeoutShorter(ILogger logger, string client, TimeSpan clientTimeout, TimeSpan timeout);
}
