using Microsoft.Extensions.Options;

namespace LoadBalancing.Client;

/// <summary>Finds everything that is wrong with a service's options, in one go. Each fault says where, what, and what would be right.</summary>
internal sealed class LoadBalancingOptionsValidator : IValidateOptions<LoadBalancingOptions>
{
    private readonly ServiceRegistrations _registrations;
    private readonly StrategyRegistry _strategies;
    private readonly RunningServices _running;
    private readonly HealthProbes _probes;

    public LoadBalancingOptionsValidator(ServiceRegistrations registrations, StrategyRegistry strategies, RunningServices running, HealthProbes probes)
    {
        _registrations = registrations;
        _strategies = strategies;
        _running = running;
        _probes = probes;
    }

    public ValidateOptionsResult Validate(string? name, LoadBalancingOptions options)
    {
        string service = name ?? Options.DefaultName;
        if (!_registrations.IsService(service))
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = new FaultList(options.ConfigurationSections.LastOrDefault() ?? service);
        faults.AddRaw(options.ConfigurationFaults);
        foreach (string missing in FindMissing(options))
        {
            faults.Add(missing, "it is null; leave it at its default, or set it to a value of its own.");
        }

        if (FindMissing(options).Any())
        {
            // Nothing else can be looked at.
            return faults.ToResult();
        }

        CheckEndpoints(service, options, faults);
        CheckHosts(service, options, faults);
        if (!_strategies.TryGet(options.Strategy, out ILoadBalancingStrategy? strategy))
        {
            faults.Add("Strategy", $"'{options.Strategy}' is not known; known are {string.Join(", ", _strategies.Names)}.");
        }

        SelectionCheck.FindFaults(options, strategy, faults);
        HealthOptionsCheck.Check(options, faults);
        ActiveCheckOptionsCheck.Check(options.HealthCheck, _probes, faults);
        CheckTimes(options.Timeout, options.Retry, faults);
        CheckRetry(options.Retry, faults);
        CheckRoutes(options.Routes, faults);
        CheckBudget(options.Budget, faults);
        CheckConnectionPool(options.ConnectionPool, faults);
        CheckFault(options.Fault, faults);
        faults.CheckEnum("UnmatchedHost", options.UnmatchedHost);
        faults.CheckEnum("EmptyUpdate", options.EmptyUpdate);
        return faults.ToResult();
    }

    /// <summary>The parts that code without nullable annotations can take away.</summary>
    internal static IEnumerable<string> FindMissing(LoadBalancingOptions options) =>
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
            (nameof(options.Retry), options.Retry),
            (nameof(options.Routes), options.Routes),
            (nameof(options.Budget), options.Budget),
            (nameof(options.ConnectionPool), options.ConnectionPool),
        }.Where(static part => part.Value is null).Select(static part => part.Name);

    private void CheckEndpoints(string service, LoadBalancingOptions options, FaultList faults)
    {
        faults.AddRaw(EndpointListCheck.FindFaults([.. options.Endpoints], faults.PathOf("Endpoints"), duplicatesAllowed: false));

        // Entries that could not be read are faults already; that nothing is left of the list is not another one.
        bool mayLackEndpoints = _running.Contains(service) || _registrations.SourcesOf(service).Any() || options.ConfigurationFaults.Count > 0;
        if (options.Endpoints.Count == 0 && !mayLackEndpoints)
        {
            faults.Add("Endpoints", "there are none, and the service has no endpoint source; list at least one address, like 'http://10.0.0.1:8080', or call AddEndpointSource.");
        }

        HashSet<string> web = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];
        bool hasClient = _registrations.Find(service)?.HasClient ?? true;
        for (int i = 0; hasClient && i < options.Endpoints.Count; i++)
        {
            if (options.Endpoints[i] is { } endpoint && EndpointIdentity.TryParse(endpoint, out EndpointIdentity identity, out _) && !web.Contains(identity.Address.Scheme))
            {
                faults.Add($"Endpoints:{i}", $"'{endpoint.Address}' cannot be called by an HttpClient; its endpoints begin with http:// or https://.");
            }
        }
    }

    private void CheckHosts(string service, LoadBalancingOptions options, FaultList faults)
    {
        bool ownsClient = _registrations.Find(service)?.OwnsClient ?? false;
        if (ownsClient && options.Hosts.Count == 0 && Uri.CheckHostName(service) == UriHostNameType.Unknown)
        {
            faults.Add("Hosts", HostRules.NameIsNoHost(service));
        }

        for (int i = 0; i < options.Hosts.Count; i++)
        {
            string host = options.Hosts[i];
            if (host != "*" && (string.IsNullOrEmpty(host) || Uri.CheckHostName(host) == UriHostNameType.Unknown))
            {
                faults.Add($"Hosts:{i}", $"'{host}' is not a host name; write it without scheme, port and path, like 'catalog', or '*' for all hosts.");
            }
        }
    }

    private static void CheckTimes(TimeSpan? timeout, RetryOptions retry, FaultList faults)
    {
        faults.CheckLimit("Timeout", timeout);
        faults.CheckLimit("Retry:PerTryTimeout", retry.PerTryTimeout);
        if (timeout is { } whole && retry.PerTryTimeout is { } perTry
            && whole != Timeout.InfiniteTimeSpan && perTry != Timeout.InfiniteTimeSpan && perTry > whole)
        {
            faults.Add("Retry:PerTryTimeout", $"{perTry} is longer than Timeout, which is {whole} for all attempts together; lower the one or raise the other.");
        }

        if (retry.Attempts is < 0)
        {
            faults.Add("Retry:Attempts", $"{retry.Attempts} is negative; it is the number of tries after the first one, 0 for none.");
        }

        faults.CheckPositive("Retry:BackoffBase", retry.BackoffBase ?? RetrySettings.DefaultBackoffBase);
        TimeSpan backoffBase = retry.BackoffBase ?? RetrySettings.DefaultBackoffBase;
        if (retry.BackoffMax is { } backoffMax && backoffMax < backoffBase)
        {
            faults.Add("Retry:BackoffMax", $"{backoffMax} is shorter than BackoffBase, which is {backoffBase}; raise the one or lower the other.");
        }

        faults.CheckLength("Retry:BackoffMax", retry.BackoffMax);
    }

    private static void CheckKeepAlive(KeepAliveOptions? options, FaultList faults)
    {
        if (options is null)
        {
            faults.Add("ConnectionPool:KeepAlive", "it is null; leave it at its default, or set it to a value of its own.");
            return;
        }

        CheckSeconds("ConnectionPool:KeepAlive:TcpTime", options.TcpTime == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(1) : options.TcpTime, faults);
        CheckSeconds("ConnectionPool:KeepAlive:TcpInterval", options.TcpInterval, faults);
        if (options.TcpRetryCount is < 1 or > 127)
        {
            faults.Add("ConnectionPool:KeepAlive:TcpRetryCount", $"{options.TcpRetryCount} is not allowed; it is 1 to 127.");
        }

        CheckPing("ConnectionPool:KeepAlive:Http2PingDelay", options.Http2PingDelay ?? TimeSpan.FromSeconds(1), faults);
        CheckPing("ConnectionPool:KeepAlive:Http2PingTimeout", options.Http2PingTimeout, faults);
    }

    /// <summary>What the operating system takes.</summary>
    private static void CheckSeconds(string key, TimeSpan value, FaultList faults)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(32767) || value.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            faults.Add(key, $"{value} is not allowed; it is a whole number of seconds, 1 to 32767.");
        }
    }

    /// <summary>What the platform's handler takes.</summary>
    private static void CheckPing(string key, TimeSpan value, FaultList faults)
    {
        if (value < TimeSpan.FromSeconds(1))
        {
            faults.Add(key, $"{value} is not allowed; it is 1 s or longer.");
        }

        faults.CheckLength(key, value);
    }

    private static void CheckRoutes(IList<RequestRouteOptions> routes, FaultList faults)
    {
        for (int i = 0; i < routes.Count; i++)
        {
            RequestRouteOptions route = routes[i];
            FaultList own = faults.Below($"Routes:{i}");
            if (string.IsNullOrWhiteSpace(route.Name))
            {
                faults.Add($"Routes:{i}:Name", "it is empty; give the route a name, like 'reports'.");
            }
            else if (routes.Take(i).Any(earlier => route.Name.Equals(earlier.Name, StringComparison.OrdinalIgnoreCase)))
            {
                faults.Add($"Routes:{i}:Name", $"another route is called '{route.Name}' too; names must differ.");
            }

            CheckTimes(route.Timeout, route.Retry ?? new RetryOptions(), own);
            CheckRetry(route.Retry ?? new RetryOptions(), own);
            CheckFault(route.Fault, own);
            for (int m = 0; m < (route.Match?.Count ?? 0); m++)
            {
                CheckMatch(route.Match![m], own.Below($"Match:{m}"));
            }
        }
    }

    private static void CheckMatch(RouteMatchOptions match, FaultList faults)
    {
        if (new[] { match.Path, match.PathPrefix, match.PathRegex }.Count(static path => path is not null) > 1)
        {
            faults.Add("Path", "the path is asked for in several ways; at most one of Path, PathPrefix and PathRegex may be set.");
        }

        foreach ((string key, string? path) in new[] { ("Path", match.Path), ("PathPrefix", match.PathPrefix) })
        {
            if (path is not null && !path.StartsWith('/'))
            {
                faults.Add(key, $"'{path}' does not begin with a slash, as every path does.");
            }
        }

        faults.CheckRegex("PathRegex", match.PathRegex);
        for (int i = 0; i < (match.Headers?.Count ?? 0); i++)
        {
            CheckHeaderMatch(match.Headers![i], faults.Below($"Headers:{i}"));
        }

        for (int i = 0; i < (match.Query?.Count ?? 0); i++)
        {
            CheckQueryMatch(match.Query![i], faults.Below($"Query:{i}"));
        }
    }

    private static void CheckRetry(RetryOptions retry, FaultList faults)
    {
        IList<string> conditions = retry.RetryOn ?? [];
        for (int i = 0; i < conditions.Count; i++)
        {
            if (!RetryConditions.All.Contains(conditions[i], StringComparer.OrdinalIgnoreCase) && !RetryConditions.IsStatus(conditions[i], out _))
            {
                faults.Add($"Retry:RetryOn:{i}", $"'{conditions[i]}' is not known; known are {string.Join(", ", RetryConditions.All)}, and statuses like 503.");
            }
        }

        for (int i = 0; i < (retry.RetriableStatusCodes?.Count ?? 0); i++)
        {
            if (retry.RetriableStatusCodes![i] is < 100 or > 599)
            {
                faults.Add($"Retry:RetriableStatusCodes:{i}", $"{retry.RetriableStatusCodes[i]} is not allowed; it is a status from 100 to 599, like 429.");
            }
        }

        for (int i = 0; i < (retry.RetriableHeaders?.Count ?? 0); i++)
        {
            CheckHeaderMatch(retry.RetriableHeaders![i], faults.Below($"Retry:RetriableHeaders:{i}"));
        }

        faults.CheckAtLeast("Retry:BufferBodyUpTo", retry.BufferBodyUpTo, 0);
    }

    private static void CheckHeaderMatch(HeaderMatchOptions header, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(header.Name))
        {
            faults.Add("Name", "it is empty; it is the name of a header, like 'x-canary'.");
        }

        CheckValueMatch(header.Name, header.Regex, [header.Exact, header.Prefix, header.Regex, header.Present], faults);
    }

    private static void CheckQueryMatch(QueryMatchOptions parameter, FaultList faults)
    {
        if (string.IsNullOrWhiteSpace(parameter.Name))
        {
            faults.Add("Name", "it is empty; it is the name of a query parameter, like 'page'.");
        }

        CheckValueMatch(parameter.Name, parameter.Regex, [parameter.Exact, parameter.Prefix, parameter.Regex, parameter.Present], faults);
    }

    private static void CheckValueMatch(string name, string? regex, object?[] ways, FaultList faults)
    {
        int asked = ways.Count(static way => way is not null);
        if (asked > 1)
        {
            faults.Add("Name", $"'{name}' is asked for in {asked} ways; at most one of Exact, Prefix, Regex and Present may be set.");
        }

        faults.CheckRegex("Regex", regex);
    }

    private static void CheckBudget(RetryBudgetOptions budget, FaultList faults)
    {
        faults.CheckPercentage("Budget:Percent", budget.Percent);
        if (!double.IsFinite(budget.MinRetriesPerSecond) || budget.MinRetriesPerSecond < 0)
        {
            faults.Add("Budget:MinRetriesPerSecond", $"{budget.MinRetriesPerSecond} is not allowed; it is a number of retries per second, 0 or more.");
        }

        faults.CheckAtLeast("Budget:MinConcurrentRetries", budget.MinConcurrentRetries, 0);
    }

    private static void CheckConnectionPool(ConnectionPoolOptions pool, FaultList faults)
    {
        faults.CheckAtLeast("ConnectionPool:MaxRequests", pool.MaxRequests, 1);
        faults.CheckAtLeast("ConnectionPool:MaxPendingRequests", pool.MaxPendingRequests, 0);
        faults.CheckLimit("ConnectionPool:PendingTimeout", pool.PendingTimeout);
        faults.CheckAtLeast("ConnectionPool:MaxRetries", pool.MaxRetries, 0);
        CheckKeepAlive(pool.KeepAlive, faults);
    }

    /// <summary>Everything that is wrong with faults that are to be injected into a running service.</summary>
    public static IReadOnlyList<string> FindFaults(FaultOptions fault, string service)
    {
        var faults = new FaultList(service);
        CheckFault(fault, faults);
        return faults.All;
    }

    private static void CheckFault(FaultOptions? fault, FaultList faults)
    {
        if (fault?.Delay is { } delay)
        {
            faults.CheckPositive("Fault:Delay:FixedDelay", delay.FixedDelay);
            faults.CheckPercentage("Fault:Delay:Percentage", delay.Percentage);
        }

        if (fault?.Abort is { } abort)
        {
            if (abort.HttpStatus is < 200 or > 599)
            {
                faults.Add("Fault:Abort:HttpStatus", $"{abort.HttpStatus} is not allowed; it is a status from 200 to 599, like 503.");
            }

            faults.CheckPercentage("Fault:Abort:Percentage", abort.Percentage);
        }

        if (fault is not null)
        {
            faults.CheckEnum("Fault:Scope", fault.Scope);
        }
    }
}
