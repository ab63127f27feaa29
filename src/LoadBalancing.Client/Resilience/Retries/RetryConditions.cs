namespace LoadBalancing.Client;

/// <summary>
/// The names that <see cref="RetryOptions.RetryOn"/> takes; they are Envoy's, and <see cref="PerTryTimeout"/> is ours. A status as a number, like <c>503</c>, stands there for itself, as in Istio.
/// </summary>
public static class RetryConditions
{
    /// <summary>Any answer of 500 to 599, and everything that <see cref="Reset"/> covers.</summary>
    public const string ServerError = "5xx";

    /// <summary>An answer of 502, 503 or 504, and everything that <see cref="Reset"/> covers.</summary>
    public const string GatewayError = "gateway-error";

    /// <summary>No answer at all: the connection broke, did not come about, or the attempt ran out of time.</summary>
    public const string Reset = "reset";

    /// <summary>No answer, and nothing of the request was processed: what <see cref="ConnectFailure"/> and <see cref="RefusedStream"/> cover. Of other resets it is not known how far they came.</summary>
    public const string ResetBeforeRequest = "reset-before-request";

    /// <summary>No connection came about.</summary>
    public const string ConnectFailure = "connect-failure";

    /// <summary>The server refused the stream (HTTP/2 REFUSED_STREAM): nothing was processed, so requests that are not idempotent are tried again as well.</summary>
    public const string RefusedStream = "refused-stream";

    /// <summary>Nothing: where HTTP/3 fails after the connection came about, the platform falls back to HTTP/2 by itself. The name is taken so that configurations of a mesh can be.</summary>
    public const string Http3PostConnectFailure = "http3-post-connect-failure";

    /// <summary>An answer of 409.</summary>
    public const string Retriable4xx = "retriable-4xx";

    /// <summary>An answer with one of <see cref="RetryOptions.RetriableStatuses"/>.</summary>
    public const string RetriableStatusCodes = "retriable-status-codes";

    /// <summary>An answer with one of <see cref="RetryOptions.RetriableHeaders"/>.</summary>
    public const string RetriableHeaders = "retriable-headers";

    /// <summary>An answer that bears <c>x-envoy-ratelimited</c>. Without this condition no such answer is tried again, whatever its status.</summary>
    public const string RateLimited = "envoy-ratelimited";

    /// <summary>gRPC status 1, where the answer has nothing but its headers.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>gRPC status 4, where the answer has nothing but its headers.</summary>
    public const string DeadlineExceeded = "deadline-exceeded";

    /// <summary>gRPC status 13, where the answer has nothing but its headers.</summary>
    public const string Internal = "internal";

    /// <summary>gRPC status 8, where the answer has nothing but its headers.</summary>
    public const string ResourceExhausted = "resource-exhausted";

    /// <summary>gRPC status 14, where the answer has nothing but its headers.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The attempt ran out of its own time.</summary>
    public const string PerTryTimeout = "per-try-timeout";

    internal static readonly string[] Defaults = [ConnectFailure, RefusedStream, Reset, GatewayError, PerTryTimeout];

    internal static readonly string[] All =
    [
        ServerError, GatewayError, Reset, ResetBeforeRequest, ConnectFailure, RefusedStream, Http3PostConnectFailure, PerTryTimeout,
        Retriable4xx, RetriableStatusCodes, RetriableHeaders, RateLimited,
        Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable,
    ];

    /// <summary>Whether a condition is a status in figures.</summary>
    internal static bool IsStatus(string condition, out int status) =>
        int.TryParse(condition, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 599;
}
