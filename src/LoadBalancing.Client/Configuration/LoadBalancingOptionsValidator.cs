using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>
/// Validates all options of a service and reports all errors together. Each error has the path of the option, the problem and the fix.
/// </summary>
internal sealed class LoadBalancingOptionsValidator : IValidateOptions<LoadBalancingOptions>
{
    private readonly ServiceRegistrationCollection _registrations;
    private readonly StrategyRegistry _strategies;
    private readonly StartupTracker _startupTracker;
    private readonly HealthProbeFactory _probes;
    private readonly IServiceProvider _services;

    public LoadBalancingOptionsValidator(
        ServiceRegistrationCollection registrations,
        StrategyRegistry strategies,
        StartupTracker startupTracker,
        HealthProbeFactory probes,
        IServiceProvider services)
    {
        _registrations = registrations;
        _strategies = strategies;
        _startupTracker = startupTracker;
        _probes = probes;
        _services = services;
    }

    public ValidateOptionsResult Validate(string? name, LoadBalancingOptions options)
    {
        string service = name ?? Options.DefaultName;
        if (!_registrations.IsBalanced(service))
        {
            return ValidateOptionsResult.Skip;
        }

        var errors = new ValidationErrors(options.ConfigurationSections.LastOrDefault() ?? service);
        errors.AddRange(options.ConfigurationErrors);
        foreach (string missing in FindNullSections(options))
        {
            errors.Add(missing, "it is null; keep the default or set a value.");
        }

        if (FindNullSections(options).Any())
        {
            // The other validators require these sections.
            return errors.ToResult();
        }

        CheckEndpoints(service, options, errors);
        CheckHosts(service, options, errors);
        CheckPolicies(options, errors);
        RequestOptionsValidator.Validate(options, errors);
        SubsetOptionsValidator.Validate(options, errors, CheckSubset);
        CheckDestinations(service, options, errors);
        if (_registrations.IsBalancerOnly(service))
        {
            NonHttpOptionsValidator.Validate(options, errors);
        }
        else
        {
            CheckConnections(service, options, errors);
        }

        errors.CheckEnum("UnmatchedHost", options.UnmatchedHost);
        errors.CheckEnum("EmptyUpdate", options.EmptyUpdate);
        return errors.ToResult();

        void CheckSubset(LoadBalancingOptions subset, ValidationErrors own)
        {
            CheckPolicies(subset, own);
            CheckSubsetConnections(subset.ConnectionPool, own);
            if (_registrations.IsBalancerOnly(service))
            {
                NonHttpOptionsValidator.Validate(subset, own);
            }
        }
    }

    /// <summary>Finds sections that code without nullable annotations set to null.</summary>
    internal static IEnumerable<string> FindNullSections(LoadBalancingOptions options) =>
        new (string Name, object? Value)[]
        {
            (nameof(options.Endpoints), options.Endpoints),
            (nameof(options.Hosts), options.Hosts),
            (nameof(options.Strategy), options.Strategy),
            (nameof(options.HashPolicies), options.HashPolicies),
            (nameof(options.LeastRequest), options.LeastRequest),
            (nameof(options.LeastLoad), options.LeastLoad),
            (nameof(options.ConsistentHash), options.ConsistentHash),
            (nameof(options.OutlierDetection), options.OutlierDetection),
            (nameof(options.HealthCheck), options.HealthCheck),
            (nameof(options.Panic), options.Panic),
            (nameof(options.Locality), options.Locality),
            (nameof(options.SlowStart), options.SlowStart),
            (nameof(options.Subsetting), options.Subsetting),
            (nameof(options.Retry), options.Retry),
            (nameof(options.Subsets), options.Subsets),
            (nameof(options.Routes), options.Routes),
            (nameof(options.RetryBudget), options.RetryBudget),
            (nameof(options.ConnectionPool), options.ConnectionPool),
        }.Where(static part => part.Value is null).Select(static part => part.Name);

    /// <summary>Validates the policies of a cluster.</summary>
    private void CheckPolicies(LoadBalancingOptions options, ValidationErrors errors)
    {
        if (!_strategies.TryGet(options.Strategy, out ILoadBalancingStrategy? strategy))
        {
            errors.Add("Strategy", $"'{options.Strategy}' is unknown; allowed are {string.Join(", ", _strategies.Names)}.");
        }

        StrategyOptionsValidator.Validate(options, strategy, errors);
        LeastRequestOptionsValidator.Validate(options.LeastRequest, errors);
        LeastLoadOptionsValidator.Validate(options.LeastLoad, errors);
        ConsistentHashOptionsValidator.Validate(options.ConsistentHash, errors);
        HashPolicyOptionsValidator.Validate(options.HashPolicies, errors);
        if (options.SessionAffinity is { } sessionAffinity)
        {
            SessionAffinityOptionsValidator.Validate(sessionAffinity, errors);
        }

        OutlierDetectionOptionsValidator.Validate(options.OutlierDetection, errors);
        PanicOptionsValidator.Validate(options.Panic, errors);
        LocalityOptionsValidator.Validate(options.Locality, errors);
        SlowStartOptionsValidator.Validate(options.SlowStart, errors);
        SubsettingOptionsValidator.Validate(options.Subsetting, errors);
        ActiveHealthCheckOptionsValidator.Validate(options.HealthCheck, [.. _probes.Names], errors);
        RetryBudgetOptionsValidator.Validate(options.RetryBudget, errors);
        ConnectionPoolOptionsValidator.Validate(options.ConnectionPool, errors);
    }

    private void CheckDestinations(string service, LoadBalancingOptions options, ValidationErrors errors)
    {
        IReadOnlyCollection<string> services = _registrations.GetServiceNames(_services);
        for (int i = 0; i < options.Routes.Count; i++)
        {
            RouteDestinationOptionsValidator.Validate(options.Routes[i], options, service, services, errors.ForSection($"Routes:{i}"));
        }
    }

    private static void CheckSubsetConnections(ConnectionPoolOptions pool, ValidationErrors errors)
    {
        if (pool.KeepAlive is { } keepAlive && KeepAliveSettings.From(keepAlive) != KeepAliveSettings.From(new KeepAliveOptions()))
        {
            errors.Add("ConnectionPool:KeepAlive", ConnectionSettingsMessages.SubsetHasNoConnections);
        }

        foreach (string option in ConnectionSettings.From(pool).ConfiguredOptions)
        {
            errors.Add(option, ConnectionSettingsMessages.SubsetHasNoConnections);
        }
    }

    private void CheckEndpoints(string service, LoadBalancingOptions options, ValidationErrors errors)
    {
        errors.AddRange(EndpointUpdateValidator.FindErrors([.. options.Endpoints], errors.PathOf("Endpoints"), duplicatesAllowed: false));

        // Entries that could not be read are reported already; the empty list that remains is not another error.
        bool mayLackEndpoints = _startupTracker.HasStarted(service) || _registrations.GetSources(service).Any() || options.ConfigurationErrors.Count > 0;
        if (options.Endpoints.Count == 0 && !mayLackEndpoints)
        {
            errors.Add("Endpoints", "no endpoint is set, and the service has no endpoint source; "
                + "set at least one address, like 'http://10.0.0.1:8080', or call AddEndpointSource.");
        }

        HashSet<string> web = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];
        bool hasClient = _registrations.Find(service)?.HasClient ?? true;
        for (int i = 0; hasClient && i < options.Endpoints.Count; i++)
        {
            if (options.Endpoints[i] is { } endpoint
                && EndpointIdentity.TryParse(endpoint, out EndpointIdentity identity, out _)
                && !web.Contains(identity.Address.Scheme))
            {
                errors.Add($"Endpoints:{i}", $"'{endpoint.Address}' cannot be called by an HttpClient; its endpoints begin with http:// or https://.");
            }
        }
    }

    private void CheckConnections(string service, LoadBalancingOptions options, ValidationErrors errors)
    {
        string? obstacle = _registrations.Find(service) is not { OwnsClient: true } ? ConnectionSettingsMessages.NoManagedClient(service)
            : _startupTracker.FindCustomPrimaryHandler(service) is { } handler ? ConnectionSettingsMessages.CustomPrimaryHandler(service, handler)
            : null;
        foreach (string option in obstacle is null ? [] : ConnectionSettings.From(options.ConnectionPool).ConfiguredOptions)
        {
            errors.Add(option, obstacle!);
        }
    }

    private void CheckHosts(string service, LoadBalancingOptions options, ValidationErrors errors)
    {
        bool ownsClient = _registrations.Find(service)?.OwnsClient ?? false;
        if (ownsClient && options.Hosts.Count == 0 && Uri.CheckHostName(service) == UriHostNameType.Unknown)
        {
            errors.Add("Hosts", HostMessages.ClientNameIsNotHost(service));
        }

        for (int i = 0; i < options.Hosts.Count; i++)
        {
            string host = options.Hosts[i];
            if (host != "*" && (string.IsNullOrEmpty(host) || Uri.CheckHostName(host) == UriHostNameType.Unknown))
            {
                errors.Add($"Hosts:{i}", $"'{host}' is not a host name; write it without scheme, port and path, like 'catalog', or '*' for all hosts.");
            }
        }
    }
}
