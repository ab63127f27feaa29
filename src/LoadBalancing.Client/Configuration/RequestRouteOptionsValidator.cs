namespace LoadBalancing.Client;

/// <summary>The rules for what options say about single requests: for all of a service, and route by route.</summary>
internal static class RequestRouteOptionsValidator
{
    public static void Validate(LoadBalancingOptions options, ValidationErrors faults)
    {
        CheckTimeouts(options.Timeout, options.Retry, faults);
        faults.CheckTimeout("BodyIdleTimeout", options.BodyIdleTimeout);
        CheckRetry(options.Retry, faults);
        CheckRoutes(options.Routes, faults);
        CheckFault(options.Fault, faults);
    }

    /// <summary>Everything that is wrong with faults that are to be injected into a running service.</summary>
    public static IReadOnlyList<string> FindErrors(FaultOptions fault, string service)
    {
        var faults = new ValidationErrors(service);
        CheckFault(fault, faults);
        return faults.All;
    }

    private static void CheckTimeouts(TimeSpan? timeout, RetryOptions retry, ValidationErrors faults)
    {
        faults.CheckTimeout("Timeout", timeout);
        faults.CheckTimeout("Retry:PerTryTimeout", retry.PerTryTimeout);
        if (timeout is { } whole && retry.PerTryTimeout is { } perTry
            && whole != Timeout.InfiniteTimeSpan && perTry != Timeout.InfiniteTimeSpan && perTry > whole)
        {
            faults.Add("Retry:PerTryTimeout", $"{perTry} is longer than Timeout, which is {whole} for all attempts together; lower the one or raise the other.");
        }

        if (retry.MaxRetries is < 0)
        {
            faults.Add("Retry:MaxRetries", $"{retry.MaxRetries} is negative; it is the number of tries after the first one, 0 for none.");
        }

        faults.CheckPositiveDuration("Retry:BackoffBase", retry.BackoffBase ?? RetrySettings.DefaultBackoffBase);
        TimeSpan backoffBase = retry.BackoffBase ?? RetrySettings.DefaultBackoffBase;
        if (retry.BackoffMax is { } backoffMax && backoffMax < backoffBase)
        {
            faults.Add("Retry:BackoffMax", $"{backoffMax} is shorter than BackoffBase, which is {backoffBase}; raise the one or lower the other.");
        }

        faults.CheckMaxDuration("Retry:BackoffMax", retry.BackoffMax);
    }

    private static void CheckRoutes(IList<RequestRouteOptions> routes, ValidationErrors faults)
    {
        for (int i = 0; i < routes.Count; i++)
        {
            RequestRouteOptions route = routes[i];
            ValidationErrors own = faults.ForSection($"Routes:{i}");
            if (string.IsNullOrWhiteSpace(route.Name))
            {
                faults.Add($"Routes:{i}:Name", "it is empty; give the route a name, like 'reports'.");
            }
            else if (routes.Take(i).Any(earlier => route.Name.Equals(earlier.Name, StringComparison.OrdinalIgnoreCase)))
            {
                faults.Add($"Routes:{i}:Name", $"another route is called '{route.Name}' too; names must differ.");
            }

            CheckTimeouts(route.Timeout, route.Retry ?? new RetryOptions(), own);
            own.CheckTimeout("BodyIdleTimeout", route.BodyIdleTimeout);
            CheckRetry(route.Retry ?? new RetryOptions(), own);
            CheckFault(route.Fault, own);
            StrategyOptionsValidator.ValidateHashPolicies(route.HashPolicies ?? [], own);
            RouteActionOptionsValidator.Validate(route, own);
            for (int m = 0; m < (route.Match?.Count ?? 0); m++)
            {
                CheckMatch(route.Match![m], own.ForSection($"Match:{m}"));
            }
        }
    }

    private static void CheckMatch(RouteMatchOptions match, ValidationErrors faults)
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
        CheckTextMatch("MethodMatch", match.MethodMatch, faults);
        CheckTextMatch("Authority", match.Authority, faults);
        CheckTextMatch("SchemeMatch", match.SchemeMatch, faults);
        for (int i = 0; i < (match.Ports?.Count ?? 0); i++)
        {
            if (match.Ports![i] is < 1 or > 65535)
            {
                faults.Add($"Ports:{i}", $"{match.Ports[i]} is not a port; it is 1 to 65535.");
            }
        }

        for (int i = 0; i < (match.Headers?.Count ?? 0); i++)
        {
            CheckHeaderMatch(match.Headers![i], faults.ForSection($"Headers:{i}"));
        }

        for (int i = 0; i < (match.Query?.Count ?? 0); i++)
        {
            CheckQueryMatch(match.Query![i], faults.ForSection($"Query:{i}"));
        }
    }

    private static void CheckTextMatch(string key, TextMatchOptions? match, ValidationErrors faults)
    {
        if (match is null)
        {
            return;
        }

        int asked = new[] { match.Exact, match.Prefix, match.Regex }.Count(static text => text is not null);
        if (asked != 1)
        {
            faults.Add(key, $"it asks in {asked} ways; exactly one of Exact, Prefix and Regex is set.");
        }

        faults.ForSection(key).CheckRegex("Regex", match.Regex);
    }

    private static void CheckRetry(RetryOptions retry, ValidationErrors faults)
    {
        IList<string> conditions = retry.RetryOn ?? [];
        for (int i = 0; i < conditions.Count; i++)
        {
            if (!RetryConditions.All.Contains(conditions[i], StringComparer.OrdinalIgnoreCase) && !RetryConditions.IsStatus(conditions[i], out _))
            {
                faults.Add($"Retry:RetryOn:{i}", $"'{conditions[i]}' is not known; known are {string.Join(", ", RetryConditions.All)}, and statuses like 503.");
            }
        }

        for (int i = 0; i < (retry.RetriableStatuses?.Count ?? 0); i++)
        {
            if (retry.RetriableStatuses![i] is < 100 or > 599)
            {
                faults.Add($"Retry:RetriableStatuses:{i}", $"{retry.RetriableStatuses[i]} is not allowed; it is a status from 100 to 599, like 429.");
            }
        }

        for (int i = 0; i < (retry.RetriableHeaders?.Count ?? 0); i++)
        {
            CheckHeaderMatch(retry.RetriableHeaders![i], faults.ForSection($"Retry:RetriableHeaders:{i}"));
        }

        faults.CheckAtLeast("Retry:MaxBufferedBodySize", retry.MaxBufferedBodySize, 0);
    }

    private static void CheckHeaderMatch(HeaderMatchOptions header, ValidationErrors faults)
    {
        if (string.IsNullOrWhiteSpace(header.Name))
        {
            faults.Add("Name", "it is empty; it is the name of a header, like 'x-canary'.");
        }

        CheckValueMatch(header.Name, header.Regex, [header.Exact, header.Prefix, header.Regex, header.Present], faults);
    }

    private static void CheckQueryMatch(QueryMatchOptions parameter, ValidationErrors faults)
    {
        if (string.IsNullOrWhiteSpace(parameter.Name))
        {
            faults.Add("Name", "it is empty; it is the name of a query parameter, like 'page'.");
        }

        CheckValueMatch(parameter.Name, parameter.Regex, [parameter.Exact, parameter.Prefix, parameter.Regex, parameter.Present], faults);
    }

    private static void CheckValueMatch(string name, string? regex, object?[] ways, ValidationErrors faults)
    {
        int asked = ways.Count(static way => way is not null);
        if (asked > 1)
        {
            faults.Add("Name", $"'{name}' is asked for in {asked} ways; at most one of Exact, Prefix, Regex and Present may be set.");
        }

        faults.CheckRegex("Regex", regex);
    }

    private static void CheckFault(FaultOptions? fault, ValidationErrors faults)
    {
        if (fault?.Delay is { } delay)
        {
            faults.CheckPositiveDuration("Fault:Delay:FixedDelay", delay.FixedDelay);
            faults.CheckPercent("Fault:Delay:Percent", delay.Percent);
        }

        if (fault?.Abort is { } abort)
        {
            if (abort.Status is < 200 or > 599)
            {
                faults.Add("Fault:Abort:Status", $"{abort.Status} is not allowed; it is a status from 200 to 599, like 503.");
            }

            faults.CheckPercent("Fault:Abort:Percent", abort.Percent);
        }

        if (fault is not null)
        {
            faults.CheckEnum("Fault:Scope", fault.Scope);
        }
    }
}
