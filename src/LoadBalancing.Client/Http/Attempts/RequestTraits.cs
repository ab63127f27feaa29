namespace LoadBalancing.Client;

/// <summary>What of a request decides whether it may be sent again.</summary>
internal static class RequestTraits
{
    public static readonly HttpRequestOptionsKey<bool> Idempotent = new("LoadBalancing.Client.Idempotent");

    /// <summary>Whether it may be sent although it may have been received: the caller's word, else the policy's for all methods, else RFC 9110, section 9.2.2.</summary>
    public static bool IsTreatedAsIdempotent(HttpRequestMessage request, bool allMethods) =>
        request.Options.TryGetValue(Idempotent, out bool marked) ? marked : allMethods || IsIdempotent(request.Method);

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put || method == HttpMethod.Delete
        || method == HttpMethod.Options || method == HttpMethod.Trace;

    /// <summary>Whether an attempt that is made now would be followed by another one if it failed, whatever it failed of.</summary>
    public static bool IsRetryable(RequestPlan plan, HttpRequestMessage request, CallState? call) =>
        plan.RetryPipeline is not null && (call?.TriedEndpoints.Count ?? 0) < plan.Retry.MaxRetries && IsTreatedAsIdempotent(request, plan.Retry.AllMethods) && RequestBodies.CanReplay(request);
}
