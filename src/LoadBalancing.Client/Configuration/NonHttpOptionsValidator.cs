namespace LoadBalancing.Client;

/// <summary>
/// Rejects options that have no effect without an HttpClient: <c>AddLoadBalancer</c> provides leases, while requests, timeouts and
/// retries belong to the code that holds the lease. Without an error, such a setting would be ignored silently.
/// </summary>
internal static class NonHttpOptionsValidator
{
    private const string NoTimeout =
        "your code times out its calls; end the lease with AttemptOutcome.Failure(FailureKind.Timeout)";

    private const string NoHashPolicies =
        "there is no request to read; set PickContext.Hash for each pick, computed by AffinityHash from a text or a caller's address";

    private const string NoBodies = "only HTTP responses have bodies";
    private const string NoRetries = "it limits retries, which your code makes";
    private const string NoHosts = "a balancer is found by its name, not by hosts";

    public static void Validate(LoadBalancingOptions options, ValidationErrors errors)
    {
        ConnectionPoolOptions pool = options.ConnectionPool;
        bool hasErrorStatuses = options.OutlierDetection.ErrorStatuses is { Count: > 0 };
        foreach ((string key, bool isSet, string reason) in new[]
        {
            ("Timeout", options.Timeout is not null, NoTimeout),
            ("TimeoutCoversBody", options.TimeoutCoversBody is not null, NoBodies),
            ("BodyIdleTimeout", options.BodyIdleTimeout is not null, NoBodies),
            ("Retry", IsSet(options.Retry), $"to retry on another endpoint, pick again with {nameof(PickContext)}.{nameof(PickContext.TriedEndpoints)}"),
            ("RetryBudget", IsSet(options.RetryBudget), NoRetries),
            ("ConnectionPool:MaxConcurrentRetries", pool.MaxConcurrentRetries is not null, NoRetries),
            ("ConnectionPool:KeepAlive", IsSet(pool.KeepAlive), "connections are opened by your code; set the options of their sockets"),
        })
        {
            RejectIfSet(key, isSet, reason, errors);
        }

        foreach (string option in ConnectionSettings.From(pool).ConfiguredOptions)
        {
            RejectIfSet(option, isSet: true, "connections are opened by your code", errors);
        }

        foreach ((string key, bool isSet, string reason) in new[]
        {
            ("Routes", options.Routes.Count > 0, "there are no requests to match; register a balancer for each kind of traffic"),
            ("Hosts", options.Hosts.Count > 0, NoHosts),
            ("UnmatchedHost", options.UnmatchedHost != UnmatchedHostBehavior.PassThrough, NoHosts),
            ("HashPolicies", options.HashPolicies.Count > 0, NoHashPolicies),
            ("SessionAffinity", options.SessionAffinity is not null, "it is a cookie; to stay on an endpoint, keep the lease, or pick by a hash"),
            ("Fault", options.Fault is not null, "faults are injected into requests"),
            ("FollowRedirects", options.FollowRedirects is not null, "only HTTP redirects"),
            ("OutlierDetection:ErrorStatuses", hasErrorStatuses, "only HTTP has statuses; a lease ends with its outcome"),
        })
        {
            RejectIfSet(key, isSet, reason, errors);
        }

        CheckHealthChecks(options, errors);
    }

    private static void RejectIfSet(string key, bool isSet, string reason, ValidationErrors errors)
    {
        if (isSet)
        {
            errors.Add(key, $"it applies to HTTP only, and the service is registered with AddLoadBalancer, without a client: {reason}.");
        }
    }

    private static void CheckHealthChecks(LoadBalancingOptions options, ValidationErrors errors)
    {
        // Undefined kinds are reported already.
        HealthCheckKind? kind = options.HealthCheck.Kind ?? (options.HealthCheck.Path is null ? null : HealthCheckKind.Http);
        for (int i = 0; i < options.Endpoints.Count; i++)
        {
            if (options.Endpoints[i] is not { } endpoint || !EndpointIdentity.TryParse(endpoint, out EndpointIdentity identity, out _))
            {
                continue;
            }

            string scheme = identity.Address.Scheme;
            if (kind is HealthCheckKind.Http or HealthCheckKind.Grpc && scheme != Uri.UriSchemeHttp && scheme != Uri.UriSchemeHttps)
            {
                errors.Add("HealthCheck:Kind", $"{kind} sends probes over HTTP, which '{endpoint.Address}' does not support; "
                    + $"set Tcp, or Custom with your own IHealthProbe.");
                return;
            }

            if (kind is HealthCheckKind.Tcp && scheme == "udp")
            {
                errors.Add("HealthCheck:Kind", $"Tcp opens a connection, and '{endpoint.Address}' does not accept connections; "
                    + $"set Custom, with your own IHealthProbe that sends probes over UDP.");
                return;
            }
        }
    }

    private static bool IsSet(RetryOptions retry) =>
        retry.MaxRetries is not null
        || retry.PerTryTimeout is not null
        || retry.RetryOn is { Count: > 0 }
        || retry.RetriableStatuses is { Count: > 0 }
        || retry.RetriableHeaders is { Count: > 0 }
        || retry.RetryAllMethods is not null
        || retry.MaxBufferedBodySize is not null
        || retry.BaseBackoff is not null
        || retry.MaxBackoff is not null;

    private static bool IsSet(RetryBudgetOptions budget)
    {
        var defaults = new RetryBudgetOptions();
        return budget.Enabled != defaults.Enabled
            || budget.Percent != defaults.Percent
            || budget.MinRetriesPerSecond != defaults.MinRetriesPerSecond
            || budget.MinConcurrentRetries != defaults.MinConcurrentRetries;
    }

    private static bool IsSet(KeepAliveOptions? keepAlive)
    {
        // Null is reported already.
        var defaults = new KeepAliveOptions();
        return keepAlive is not null
            && (keepAlive.TcpTime != defaults.TcpTime
                || keepAlive.TcpInterval != defaults.TcpInterval
                || keepAlive.TcpRetryCount != defaults.TcpRetryCount
                || keepAlive.Http2PingDelay is not null
                || keepAlive.Http2PingTimeout != defaults.Http2PingTimeout);
    }
}
