using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Adds the load balancing handler to each balanced client's pipeline, at its <see cref="BalancingPosition"/>, after all other configuration, and
/// resolves conflicts with neighbouring handlers.
/// </summary>
internal sealed partial class LoadBalancingHandlerFilter : IHttpMessageHandlerBuilderFilter
{
    private const string ServiceDiscovery = "Microsoft.Extensions.ServiceDiscovery.";
    private const string Resilience = "Microsoft.Extensions.Http.Resilience.";

    private readonly ServiceRegistrationCollection _registrations;
    private readonly ServiceRegistry _registry;
    private readonly StartupTracker _startupTracker;
    private readonly LoadBalancingMetrics _metrics;
    private readonly IMeterFactory _meters;
    private readonly ILoggerFactory _loggerFactory;
    private readonly GuardedLogger _logger;
    private readonly LogOnce _logOnce = new();

    /// <summary>Reporters of clients without a service of their own. They outlive handler rotation, so that each host is reported once.</summary>
    private readonly ConcurrentDictionary<string, PassThroughReporter> _passThroughs = new(StringComparer.Ordinal);

    public LoadBalancingHandlerFilter(
        ServiceRegistrationCollection registrations,
        ServiceRegistry registry,
        StartupTracker startupTracker,
        LoadBalancingMetrics metrics,
        IMeterFactory meters,
        ILoggerFactory loggerFactory)
    {
        _registrations = registrations;
        _registry = registry;
        _startupTracker = startupTracker;
        _metrics = metrics;
        _meters = meters;
        _loggerFactory = loggerFactory;
        _logger = metrics.SuppressedExceptions.Guard(loggerFactory.CreateLogger<LoadBalancingHandler>());
    }

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        string name = builder.Name ?? "";
        if (!_registrations.HasBalancedClient(name))
        {
            return;
        }

        if (_registrations.Find(name) is { HasClient: true } registration)
        {
            Install(builder, name, _registry.GetState(name), registration.OwnsClient);
        }
        else
        {
            Install(builder, name, service: null, ownsClient: false);
        }
    };

    private void Install(HttpMessageHandlerBuilder builder, string client, ServiceState? service, bool ownsClient)
    {
        bool followsRedirects = ownsClient
            && builder.PrimaryHandler is SocketsHttpHandler { AllowAutoRedirect: false } primary
            && PrimaryHandlerDefaults.WereApplied(primary);
        PassThroughReporter passThrough = service is null
            ? _passThroughs.GetOrAdd(client, CreatePassThroughReport)
            : new PassThroughReporter(_metrics.ForClient(client), service.Plan.Log);
        RejectCookieContainer(builder.PrimaryHandler, client, service);
        RejectConnectionSettings(builder.PrimaryHandler, client, service);
        var handler = new LoadBalancingHandler(new PlanFinder(service, service is null ? _registry.FindByHost : null, passThrough), followsRedirects);

        IList<DelegatingHandler> handlers = builder.AdditionalHandlers;
        int position = BalancingPosition.TakeFrom(handlers);
        int discovery = IndexOf(handlers, ServiceDiscovery);
        if (discovery >= 0 && service is not null)
        {
            handlers.RemoveAt(discovery);
            handlers.Insert(discovery < position ? position - 1 : position, handler);
            _logOnce.Log((client, nameof(ServiceDiscovery)), () => LogServiceDiscoveryRemoved(_logger, client, service.Name));
        }
        else if (discovery >= 0)
        {
            // Service discovery may know hosts that are not balanced. Below the load balancer it resolves those and passes addresses through.
            handlers.Insert(Math.Min(discovery, position), handler);
            _logOnce.Log((client, nameof(ServiceDiscovery)), () => LogServiceDiscoveryBelow(_logger, client));
        }
        else
        {
            handlers.Insert(position, handler);
        }

        int own = 1 + (service?.Plan.Retry.MaxRetries ?? RetrySettings.DefaultMaxRetries);
        if (own > 1 && IndexOf(handlers, Resilience) >= 0)
        {
            _logOnce.Log((client, nameof(Resilience)), () => LogResilienceHandlerKept(_logger, client, own, own * 4));
        }

        if (!ownsClient)
        {
            WarnAboutPrimaryHandler(builder.PrimaryHandler, client);
        }

        if (service?.Plan.UsesPrimaryHandlerForProbes == true && builder.PrimaryHandler is not SocketsHttpHandler)
        {
            string type = builder.PrimaryHandler.GetType().Name;
            _logOnce.Log((client, nameof(LogEvents.ProbesConnectDifferently)), () => LogProbesConnectDifferently(_logger, client, type));
        }

        PrimaryHandlerDefaults.DisableGrpcLoadBalancing(builder.PrimaryHandler);
        PrimaryHandlerLookups.Install(builder.PrimaryHandler);
        if (service is not null && builder.PrimaryHandler is SocketsHttpHandler sockets)
        {
            service.Plan.Connections.ApplyTo(sockets);
            ConfigureConnections(sockets, service.Plan.KeepAlive, client, out Connector connector);
            builder.PrimaryHandler = (HttpMessageHandler?)EndpointTransports.TryReplace(sockets, connector) ?? sockets;
        }
    }

    /// <summary>Applies keep-alive and meters to handlers created by this library. A ConnectCallback of the application is left alone.</summary>
    private void ConfigureConnections(SocketsHttpHandler primary, KeepAliveSettings keepAlive, string client, out Connector connector)
    {
        connector = new Connector(keepAlive);
        if (!PrimaryHandlerDefaults.WereApplied(primary))
        {
            return;
        }

        // The factory's own filter may run later, and would not find the handler below its replacement.
        primary.MeterFactory ??= _meters;
        keepAlive.ApplyTo(primary);
        RequestDeparture.Observe(primary);
        Connector.Observe(primary);
        if (primary.ConnectCallback is null)
        {
            primary.ConnectCallback = connector.ConnectAsync;
        }
        else if (keepAlive.TcpTime != 0 && !Connector.IsConnectorCallback(primary.ConnectCallback))
        {
            _logOnce.Log((client, nameof(LogEvents.OwnConnectCallback)), () => LogOwnConnectCallback(_logger, client));
        }
    }

    /// <summary>Connection settings need the primary handler created by this library: any other may be shared, or may not open connections itself.</summary>
    private void RejectConnectionSettings(HttpMessageHandler primary, string client, ServiceState? service)
    {
        if (service is null)
        {
            return;
        }

        bool isOurs = primary is SocketsHttpHandler sockets && PrimaryHandlerDefaults.WereApplied(sockets);
        _startupTracker.TrackPrimaryHandler(service.Name, isOurs ? null : primary.GetType().Name);
        if (!isOurs && service.Plan.Connections.ConfiguredOptions.Any())
        {
            throw new OptionsValidationException(
                service.Name,
                typeof(LoadBalancingOptions),
                [.. service.Plan.Connections.ConfiguredOptions.Select(
                    option => $"{service.Name}:{option}: {ConnectionSettingsMessages.CustomPrimaryHandler(client, primary.GetType().Name)}")]);
        }
    }

    private static void RejectCookieContainer(HttpMessageHandler primary, string client, ServiceState? service)
    {
        if (service?.Plan.UsesCookies == true && CookieContainerStartupValidation.FindError(primary, client, service.Name) is { } error)
        {
            throw new OptionsValidationException(service.Name, typeof(LoadBalancingOptions), [error]);
        }
    }

    private PassThroughReporter CreatePassThroughReport(string client) =>
        new(_metrics.ForClient(client), new CallLog(client, _logger));

    private void WarnAboutPrimaryHandler(HttpMessageHandler primary, string client)
    {
        bool redirects = primary switch
        {
            SocketsHttpHandler sockets => sockets.AllowAutoRedirect,
            HttpClientHandler handler => handler.AllowAutoRedirect,
            _ => false,
        };

        if (redirects)
        {
            _logOnce.Log((client, nameof(redirects)), () => LogRedirectsBelow(_logger, client));
        }

        if (CookieContainerStartupValidation.UsesCookieContainer(primary))
        {
            _logOnce.Log((client, nameof(CookieContainerStartupValidation.UsesCookieContainer)), () => LogCookiesBelow(_logger, client));
        }
    }

    private static int IndexOf(IList<DelegatingHandler> handlers, string typeNamePrefix)
    {
        for (int i = 0; i < handlers.Count; i++)
        {
            if (handlers[i].GetType().FullName?.StartsWith(typeNamePrefix, StringComparison.Ordinal) == true)
            {
                return i;
            }
        }

        return -1;
    }

    [LoggerMessage(
        LogEvents.ProbesConnectDifferently,
        LogLevel.Warning,
        "The health checks of client '{Client}' do not connect as its requests do: its primary handler is a {Handler}, whose settings cannot be copied. They " +
            "use the platform's defaults for TLS, certificates and proxies. Use a SocketsHttpHandler, or HealthCheck.Kind Custom.",
        EventName = nameof(LogEvents.ProbesConnectDifferently))]
    private static partial void LogProbesConnectDifferently(ILogger logger, string client, string handler);

    [LoggerMessage(
        LogEvents.OwnConnectCallback,
        LogLevel.Information,
        "Client '{Client}' has its own ConnectCallback: ConnectionPool:KeepAlive does not apply to its TCP connections.",
        EventName = nameof(LogEvents.OwnConnectCallback))]
    private static partial void LogOwnConnectCallback(ILogger logger, string client);

    [LoggerMessage(
        LogEvents.ServiceDiscoveryRemoved,
        LogLevel.Information,
        "Client '{Client}' is balanced as service '{Service}': its service-discovery handler was removed, because it would choose the address before the " +
            "balancing.",
        EventName = nameof(LogEvents.ServiceDiscoveryRemoved))]
    private static partial void LogServiceDiscoveryRemoved(ILogger logger, string client, string service);

    [LoggerMessage(
        LogEvents.ServiceDiscoveryBelow,
        LogLevel.Information,
        "Client '{Client}' balances the configured services; its service-discovery handler was moved below the balancing and resolves all other hosts.",
        EventName = nameof(LogEvents.ServiceDiscoveryBelow))]
    private static partial void LogServiceDiscoveryBelow(ILogger logger, string client);

    [LoggerMessage(
        LogEvents.ResilienceHandlerKept,
        LogLevel.Warning,
        "Client '{Client}' has a resilience handler around the balancing, and both retry: up to {Own} attempts here times those of the handler, {Product} " +
            "with its default of 4. Remove one of the two.",
        EventName = nameof(LogEvents.ResilienceHandlerKept))]
    private static partial void LogResilienceHandlerKept(ILogger logger, string client, int own, int product);

    [LoggerMessage(
        LogEvents.RedirectsBelow,
        LogLevel.Warning,
        "Client '{Client}' follows redirects below the balancing, where a relative one stays on the endpoint's own address. Set AllowAutoRedirect = false " +
            "on its primary handler, and FollowRedirects = true here.",
        EventName = nameof(LogEvents.RedirectsBelow))]
    private static partial void LogRedirectsBelow(ILogger logger, string client);

    [LoggerMessage(
        LogEvents.CookiesBelow,
        LogLevel.Warning,
        "Client '{Client}' keeps cookies below the balancing, where they belong to single endpoints and are not sent to the others. Set UseCookies = false " +
            "on its primary handler.",
        EventName = nameof(LogEvents.CookiesBelow))]
    private static partial void LogCookiesBelow(ILogger logger, string client);
}
