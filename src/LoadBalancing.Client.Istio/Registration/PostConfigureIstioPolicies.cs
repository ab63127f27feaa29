using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>
/// Applies documents to the options of services: after code and configuration, before validation, and again when documents change.
/// </summary>
internal sealed partial class PostConfigureIstioPolicies : IPostConfigureOptions<LoadBalancingOptions>, IOptionsChangeTokenSource<LoadBalancingOptions>
{
    private readonly ConcurrentDictionary<(string Service, string Message), bool> _logged = new();
    private readonly IstioTrafficPolicies _policies;
    private readonly string? _service;
    private readonly IServiceProvider _services;
    private readonly GuardedLogger _logger;

    /// <param name="policies">The documents.</param>
    /// <param name="service">The only service to apply them to; null: all.</param>
    /// <param name="services">The container. Services are resolved from it on use, because they depend on the options.</param>
    /// <param name="logger">Logs overridden options.</param>
    public PostConfigureIstioPolicies(IstioTrafficPolicies policies, string? service, IServiceProvider services, ILogger<IstioTrafficPolicies> logger)
    {
        _policies = policies;
        _service = service;
        _services = services;
        _logger = new GuardedLogger(logger);
    }

    public string? Name => _service;

    public IChangeToken GetChangeToken() => _policies.ChangeToken;

    public void PostConfigure(string? name, LoadBalancingOptions options)
    {
        string service = name ?? Options.DefaultName;
        if (_service is not null && _service != service)
        {
            return;
        }

        IstioPolicySet current = _policies.Current;
        if (current.HasErrors)
        {
            IEnumerable<IstioFinding> errors = current.Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error);
            throw new OptionsValidationException(service, typeof(LoadBalancingOptions), errors.Select(static finding => finding.ToString()));
        }

        if (current.Find(service, options.Hosts, _services.GetRequiredService<ILoadBalancerProvider>().ServiceNames) is not { } policy)
        {
            LogOnce(service, "", () => LogNoPolicy(_logger, service));
            return;
        }

        string overridden = string.Join(", ", policy.ApplyTo(options));
        if (overridden.Length > 0)
        {
            LogOnce(service, overridden, () => LogOverridden(_logger, service, overridden, string.Join("; ", policy.Documents)));
        }
    }

    private void LogOnce(string service, string message, Action log)
    {
        if (_logged.TryAdd((service, message), true))
        {
            log();
        }
    }

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "Service '{Service}': policy documents override the options {Keys}. Documents: {Documents}.",
        EventName = "OptionsOverridden")]
    private static partial void LogOverridden(ILogger logger, string service, string keys, string documents);

    [LoggerMessage(
        6,
        LogLevel.Information,
        "Service '{Service}': no policy document applies to its host, so its options are unchanged. If documents use another host, set Hosts in "
        + "IstioClientOptions.",
        EventName = "NoPolicyForService")]
    private static partial void LogNoPolicy(ILogger logger, string service);
}
