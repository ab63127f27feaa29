using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;

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

    /// <summary>Whether the body gives the same bytes each time it is sent. Of a content type that is not known the answer is no.</summary>
    public static bool IsReplayable(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent json => json.Value is null or string or ICollection || !IsSequence(json.Value),
        MultipartContent parts => parts.All(IsReplayable),
        _ => false,
    };

    /// <summary>Whether an attempt that is made now would be followed by another one if it failed, whatever it failed of.</summary>
    public static bool IsRetryable(RequestPlan plan, HttpRequestMessage request, CallState? call) =>
        plan.RetryPipeline is not null && (call?.TriedEndpoints.Count ?? 0) < plan.Retry.MaxRetries && IsTreatedAsIdempotent(request, plan.Retry.AllMethods) && RequestBodies.CanReplay(request);

    /// <summary>
    /// Whether the body may still be under way when the headers of its answer are there. Over HTTP/1.1 it is sent to the end first, and so is content of HttpClient's own types; content of any other type,
    /// JSON too, goes over HTTP/2 and HTTP/3 while the answer is read.
    /// </summary>
    public static bool CanOutlastResponseHeaders(HttpContent? content, HttpResponseMessage answer) =>
        content is not (null or ByteArrayContent or ReadOnlyMemoryContent or StreamContent or MultipartContent) && answer.Version.Major >= 2;

    /// <summary>Whether it may be a sequence that can be gone through only once.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "An interface that was trimmed away is one that the serializer does not know of either.")]
    private static bool IsSequence(object value) =>
        value is IEnumerable or IAsyncEnumerable<object>
        || Array.Exists(value.GetType().GetInterfaces(), static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
