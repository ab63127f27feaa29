using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client;

/// <summary>Lays documents over the options of services: after everything that code and configuration say, before options are validated, and again whenever documents change.</summary>
internal sealed partial class PostConfigureIstioPolicies : IPostConfigureOptions<LoadBalancingOptions>, IOptionsChangeTokenSource<LoadBalancingOptions>
{
    private readonly ConcurrentDictionary<(string Service, string Message), bool> _logged = new();
    private readonly IstioTrafficPolicies _policies;
    private readonly string? _service;
    private readonly IServiceProvider _services;
    private readonly ILogger<IstioTrafficPolicies> _logger;

    /// <param name="policies">The documents.</param>
    /// <param name="service">The only service that they count for; null: all.</param>
    /// <param name="services">Where the services of the application are found, which cannot be asked for before all options can be.</param>
    /// <param name="logger">Where is said what they override.</param>
    public PostConfigureIstioPolicies(IstioTrafficPolicies policies, string? service, IServiceProvider services, ILogger<IstioTrafficPolicies> logger)
    {
        _policies = policies;
        _service = service;
        _services = services;
        _logger = logger;
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
            throw new OptionsValidationException(service, typeof(LoadBalancingOptions), current.Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error).Select(static finding => finding.ToString()));
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

    [LoggerMessage(5, LogLevel.Warning, "Service '{Service}': policy documents take the place of what its options say about {Keys}. In force: {Documents}.", EventName = "OptionsOverridden")]
    private static partial void LogOverridden(ILogger logger, string service, string keys, string documents);

    [LoggerMessage(6, LogLevel.Information, "Service '{Service}': no policy document speaks of its host; its options stay as they are. Where documents know it by another host, set it in Hosts of the identity.", EventName = "NoPolicyForService")]
    private static partial void LogNoPolicy(ILogger logger, string service);
}
