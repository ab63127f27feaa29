using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Lists the effective policy values of a route's requests, with their sources.</summary>
internal static class PolicyExplainer
{
    public static IReadOnlyList<PolicyValue> Explain(LoadBalancingOptions options, RequestRouteOptions? route, RequestPlan plan)
    {
        RetryOptions? own = route?.Retry;
        RetryOptions all = options.Retry;
        RetrySettings retry = plan.Retry;
        return
        [
            new("Timeout", Format(plan.Timeout), FindSource(route?.Timeout, options.Timeout)),
            new("TimeoutCoversBody", Format(plan.Timeouts.Body.TimeoutCoversBody), FindSource(route?.TimeoutCoversBody, options.TimeoutCoversBody)),
            new("BodyIdleTimeout", Format(plan.Timeouts.Body.IdleTimeout), FindSource(route?.BodyIdleTimeout, options.BodyIdleTimeout)),
            new("Retry:MaxRetries", Format(retry.MaxRetries), FindSource(own?.MaxRetries, all.MaxRetries)),
            new("Retry:PerTryTimeout", FormatPerTryTimeout(plan), FindSource(own?.PerTryTimeout, all.PerTryTimeout)),
            new(
                "Retry:RetryOn",
                string.Join(", ", Given(own?.RetryOn) ?? Given(all.RetryOn) ?? RetryConditions.Defaults),
                FindSource(Given(own?.RetryOn), Given(all.RetryOn))),
            new("Retry:RetriableStatuses", Format(own?.RetriableStatuses ?? all.RetriableStatuses), FindSource(own?.RetriableStatuses, all.RetriableStatuses)),
            new(
                "Retry:RetriableHeaders",
                Format((own?.RetriableHeaders ?? all.RetriableHeaders)?.Select(static header => header.Name)),
                FindSource(own?.RetriableHeaders, all.RetriableHeaders)),
            new("Retry:RetryAllMethods", Format(retry.AllMethods), FindSource(own?.RetryAllMethods, all.RetryAllMethods)),
            new("Retry:MaxBufferedBodySize", Format(retry.BufferBodyUpTo), FindSource(own?.MaxBufferedBodySize, all.MaxBufferedBodySize)),
            new("Retry:BaseBackoff", Format(retry.BaseBackoff), FindSource(own?.BaseBackoff, all.BaseBackoff)),
            new("Retry:MaxBackoff", Format(retry.MaxBackoff), FindSource(own?.MaxBackoff, all.MaxBackoff)),
            new("Fault", Format(route?.Fault ?? options.Fault), FindSource(route?.Fault, options.Fault)),
            new(
                "HashPolicies",
                Format((route?.HashPolicies ?? options.HashPolicies).Select(RouteActionExplainer.Format)),
                FindSource(route?.HashPolicies, Given(options.HashPolicies))),
            .. RouteActionExplainer.Explain(options, route, plan.Balancer.ServiceName),
            new("ConnectionPool:MaxRequests", FormatLimit(options.ConnectionPool.MaxRequests), FindSource(null, options.ConnectionPool.MaxRequests)),
            new(
                "ConnectionPool:MaxRequestsPerEndpoint",
                FormatLimit(options.ConnectionPool.MaxRequestsPerEndpoint),
                FindSource(null, options.ConnectionPool.MaxRequestsPerEndpoint)),
            new("ConnectionPool:AdaptiveLimit", plan.PoolLimits.AdaptiveLimit is { } adaptive
                ? $"{Format(adaptive.Min)} to {Format(adaptive.Max)}"
                : "none", FindSource(null, options.ConnectionPool.AdaptiveLimit)),
            new(
                "ConnectionPool:MaxPendingRequests",
                FormatLimit(options.ConnectionPool.MaxPendingRequests),
                FindSource(null, options.ConnectionPool.MaxPendingRequests)),
            new("ConnectionPool:PendingTimeout", Format(plan.PoolLimits.PendingTimeout), FindSource(null, options.ConnectionPool.PendingTimeout)),
            new(
                "ConnectionPool:MaxConcurrentRetries",
                FormatLimit(options.ConnectionPool.MaxConcurrentRetries),
                FindSource(null, options.ConnectionPool.MaxConcurrentRetries)),
        ];
    }

    private static PolicySource FindSource(object? route, object? service) =>
        route is not null ? PolicySource.Route : service is not null ? PolicySource.Service : PolicySource.Default;

    private static IEnumerable<T>? Given<T>(IList<T>? texts) => texts is { Count: > 0 } ? texts : null;

    private static string FormatPerTryTimeout(RequestPlan plan) => plan.Retry.PerTryTimeout == plan.PerTryTimeout
        ? Format(plan.PerTryTimeout)
        : $"{Format(plan.Retry.PerTryTimeout)}, capped by Timeout";

    private static string Format(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? "infinite" : time.ToString("c", CultureInfo.InvariantCulture);

    private static string Format(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Format(bool flag) => flag ? "true" : "false";

    private static string Format<T>(IEnumerable<T>? items) =>
        items is null || !items.Any() ? "none" : string.Join(", ", items.Select(static item => Convert.ToString(item, CultureInfo.InvariantCulture)));

    private static string FormatLimit(int? limit) => limit is { } value ? Format(value) : "no limit";

    private static string Format(FaultOptions? fault) => FaultSettings.From(fault) is { } settings
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"delay of {settings.Delay} for {settings.DelayRate * 100} %, {settings.AbortStatus} for {settings.AbortRate * 100} %, per {settings.Scope}")
        : "none";
}
