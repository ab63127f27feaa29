using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Writes down which values hold for the requests of a route, and who said so.</summary>
internal static class PolicyValues
{
    public static IReadOnlyList<PolicyValue> Of(LoadBalancingOptions options, RequestRouteOptions? route, RequestPlan plan)
    {
        RetryOptions? own = route?.Retry;
        RetryOptions all = options.Retry;
        RetrySettings retry = plan.Retry;
        return
        [
            new("Timeout", Text(plan.Timeout), Source(route?.Timeout, options.Timeout)),
            new("TimeoutCoversBody", Text(plan.Body.TimeoutCovers), Source(route?.TimeoutCoversBody, options.TimeoutCoversBody)),
            new("BodyIdleTimeout", Text(plan.Body.Idle), Source(route?.BodyIdleTimeout, options.BodyIdleTimeout)),
            new("Retry:Attempts", Text(retry.Attempts), Source(own?.Attempts, all.Attempts)),
            new("Retry:PerTryTimeout", PerTry(plan), Source(own?.PerTryTimeout, all.PerTryTimeout)),
            new("Retry:RetryOn", string.Join(", ", Given(own?.RetryOn) ?? Given(all.RetryOn) ?? RetryConditions.Defaults), Source(Given(own?.RetryOn), Given(all.RetryOn))),
            new("Retry:RetriableStatusCodes", Text(own?.RetriableStatusCodes ?? all.RetriableStatusCodes), Source(own?.RetriableStatusCodes, all.RetriableStatusCodes)),
            new("Retry:RetriableHeaders", Text((own?.RetriableHeaders ?? all.RetriableHeaders)?.Select(static header => header.Name)), Source(own?.RetriableHeaders, all.RetriableHeaders)),
            new("Retry:RetryAllMethods", Text(retry.AllMethods), Source(own?.RetryAllMethods, all.RetryAllMethods)),
            new("Retry:BufferBodyUpTo", Text(retry.BufferBodyUpTo), Source(own?.BufferBodyUpTo, all.BufferBodyUpTo)),
            new("Retry:BackoffBase", Text(retry.BackoffBase), Source(own?.BackoffBase, all.BackoffBase)),
            new("Retry:BackoffMax", Text(retry.BackoffMax), Source(own?.BackoffMax, all.BackoffMax)),
            new("Fault", Text(route?.Fault ?? options.Fault), Source(route?.Fault, options.Fault)),
            new("HashPolicies", Text((route?.HashPolicies ?? options.HashPolicies).Select(EditValues.Text)), Source(route?.HashPolicies, Given(options.HashPolicies))),
            .. EditValues.Of(options, route, plan.Balancer.Name),
            new("ConnectionPool:MaxRequests", Limit(options.ConnectionPool.MaxRequests), Source(null, options.ConnectionPool.MaxRequests)),
            new("ConnectionPool:MaxRequestsPerEndpoint", Limit(options.ConnectionPool.MaxRequestsPerEndpoint), Source(null, options.ConnectionPool.MaxRequestsPerEndpoint)),
            new("ConnectionPool:AdaptiveLimit", plan.Pool.AdaptiveLimit is { } adaptive ? $"{Text(adaptive.Min)} to {Text(adaptive.Max)}" : "none", Source(null, options.ConnectionPool.AdaptiveLimit)),
            new("ConnectionPool:MaxPendingRequests", Limit(options.ConnectionPool.MaxPendingRequests), Source(null, options.ConnectionPool.MaxPendingRequests)),
            new("ConnectionPool:PendingTimeout", Text(plan.Pool.PendingTimeout), Source(null, options.ConnectionPool.PendingTimeout)),
            new("ConnectionPool:MaxRetries", Limit(options.ConnectionPool.MaxRetries), Source(null, options.ConnectionPool.MaxRetries)),
        ];
    }

    private static string Source(object? route, object? service) => route is not null ? "route" : service is not null ? "service" : "default";

    private static IEnumerable<T>? Given<T>(IList<T>? texts) => texts is { Count: > 0 } ? texts : null;

    private static string PerTry(RequestPlan plan) => plan.Retry.PerTryTimeout == plan.PerTryTimeout
        ? Text(plan.PerTryTimeout)
        : $"{Text(plan.Retry.PerTryTimeout)}, held to Timeout";

    private static string Text(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? "infinite" : time.ToString("c", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool flag) => flag ? "true" : "false";

    private static string Text<T>(IEnumerable<T>? items) => items is null || !items.Any() ? "none" : string.Join(", ", items.Select(static item => Convert.ToString(item, CultureInfo.InvariantCulture)));

    private static string Limit(int? limit) => limit is { } most ? Text(most) : "no limit";

    private static string Text(FaultOptions? fault) => FaultSettings.From(fault) is { } settings
        ? string.Create(CultureInfo.InvariantCulture, $"delay of {settings.Delay} for {settings.DelayRate * 100} %, {settings.AbortStatus} for {settings.AbortRate * 100} %, per {settings.Scope}")
        : "none";
}
