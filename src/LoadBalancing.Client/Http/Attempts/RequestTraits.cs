namespace LoadBalancing.Client;

/// <summary>The properties of a request that decide whether it may be retried.</summary>
internal static class RequestTraits
{
    public static readonly HttpRequestOptionsKey<bool> Idempotent = new("LoadBalancing.Client.Idempotent");

    /// <summary>
    /// Whether the request may be resent although the server may have received it: as the request sets it, else as the policy sets it for all
    /// methods, else by RFC 9110, section 9.2.2.
    /// </summary>
    public static bool IsTreatedAsIdempotent(HttpRequestMessage request, bool allMethods) =>
        request.Options.TryGetValue(Idempotent, out bool marked) ? marked : allMethods || IsIdempotent(request.Method);

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
        || method == HttpMethod.Options || method == HttpMethod.Trace;

    /// <summary>Whether the request uses HTTP/1.x in any case, where a connection serves one request at a time.</summary>
    public static bool NeedsConnection(HttpRequestMessage request) =>
        request.Version.Major == 1 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher;

    /// <summary>Whether any failure of the next attempt can be retried.</summary>
    public static bool IsRetryable(RequestPlan plan, HttpRequestMessage request, CallState? call) =>
        plan.RetryPipeline is not null
            && (call?.TriedEndpoints.Count ?? 0) < plan.Retry.MaxRetries
            && IsTreatedAsIdempotent(request, plan.Retry.AllMethods)
            && RequestBodies.CanReplay(request);
}
