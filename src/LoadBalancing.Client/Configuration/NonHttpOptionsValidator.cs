namespace LoadBalancing.Client;

/// <summary>
/// What options may not say where there is no HttpClient, because nobody would do it: <c>AddLoadBalancer</c> hands out leases, and requests, their time limits and their retries are in the hands of whoever holds them.
/// A setting that does nothing is a mistake that nobody would notice.
/// </summary>
internal static class NonHttpOptionsValidator
{
    public static void Validate(LoadBalancingOptions options, ValidationErrors errors)
    {
        RejectIfSet("Timeout", options.Timeout is not null, "a call that takes too long is yours to give up; end its lease with AttemptOutcome.Failure(FailureKind.Timeout)", errors);
        RejectIfSet("TimeoutCoversBody", options.TimeoutCoversBody is not null, "only HTTP answers have bodies", errors);
        RejectIfSet("BodyIdleTimeout", options.BodyIdleTimeout is not null, "only HTTP answers have bodies", errors);
        RejectIfSet("Retry", IsSet(options.Retry), "to try elsewhere, pick again with PickContext.Exclude", errors);
        RejectIfSet("RetryBudget", IsSet(options.RetryBudget), "it bounds retries, which are yours to make", errors);
        RejectIfSet("ConnectionPool:MaxConcurrentRetries", options.ConnectionPool.MaxConcurrentRetries is not null, "it bounds retries, which are yours to make", errors);
        RejectIfSet("ConnectionPool:KeepAlive", IsSet(options.ConnectionPool.KeepAlive), "the connections are yours; set the options of their sockets", errors);
        foreach (string option in ConnectionSettings.From(options.ConnectionPool).ConfiguredOptions)
        {
            RejectIfSet(option, isSaid: true, "the connections are yours to make", errors);
        }

        RejectIfSet("Routes", options.Routes.Count > 0, "there are no requests to match; register a balancer for each kind of traffic", errors);
        RejectIfSet("Hosts", options.Hosts.Count > 0, "whoever asks for the balancer by its name is balanced", errors);
        RejectIfSet("UnmatchedHost", options.UnmatchedHost != UnmatchedHostBehavior.PassThrough, "whoever asks for the balancer by its name is balanced", errors);
        RejectIfSet("HashPolicies", options.HashPolicies.Count > 0, "there is no request to read; give each pick its PickContext.Hash, which AffinityHash finds for a text and for a caller's address", errors);
        RejectIfSet("SessionAffinity", options.SessionAffinity is not null, "it is a cookie; to stay on an endpoint, keep the lease, or pick by a hash", errors);
        RejectIfSet("Fault", options.Fault is not null, "faults are injected into requests", errors);
        RejectIfSet("FollowRedirects", options.FollowRedirects is not null, "only HTTP redirects", errors);
        RejectIfSet("OutlierDetection:ErrorStatuses", options.OutlierDetection.ErrorStatuses is { Count: > 0 }, "only HTTP has statuses; whoever ends a lease says what it was", errors);
        CheckHealthChecks(options, errors);
    }

    private static void RejectIfSet(string key, bool isSaid, string instead, ValidationErrors errors)
    {
        if (isSaid)
        {
            errors.Add(key, $"it is for HTTP, and the service was registered with AddLoadBalancer, without a client: {instead}.");
        }
    }

    private static void CheckHealthChecks(LoadBalancingOptions options, ValidationErrors errors)
    {
        // Numbers that are no kind are an error already.
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
                errors.Add("HealthCheck:Kind", $"{kind} asks over HTTP, which '{endpoint.Address}' does not speak; it is Tcp, or Custom with an IHealthProbe of yours.");
                return;
            }

            if (kind is HealthCheckKind.Tcp && scheme == "udp")
            {
                errors.Add("HealthCheck:Kind", $"Tcp connects, and '{endpoint.Address}' has nobody who accepts; it is Custom, with an IHealthProbe of yours that asks over UDP.");
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
        var usual = new RetryBudgetOptions();
        return budget.Enabled != usual.Enabled
            || budget.Percent != usual.Percent
            || budget.MinRetriesPerSecond != usual.MinRetriesPerSecond
            || budget.MinConcurrentRetries != usual.MinConcurrentRetries;
    }

    private static bool IsSet(KeepAliveOptions? keepAlive)
    {
        // That it is null is an error already.
        var usual = new KeepAliveOptions();
        return keepAlive is not null
            && (keepAlive.TcpTime != usual.TcpTime
                || keepAlive.TcpInterval != usual.TcpInterval
                || keepAlive.TcpRetryCount != usual.TcpRetryCount
                || keepAlive.Http2PingDelay is not null
                || keepAlive.Http2PingTimeout != usual.Http2PingTimeout);
    }
}
