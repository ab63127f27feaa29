namespace LoadBalancing.Client;

/// <summary>
/// The names of conditions for <see cref="RetryOptions.RetryOn"/>. They are those of Envoy, except <see cref="PerTryTimeout"/>.
/// <see cref="RetryOptions.RetryOn"/> also
/// accepts a status as a number, like <c>503</c>, as in Istio.
/// </summary>
public static class RetryConditions
{
    /// <summary>Any response with a status of 500 to 599, and everything that <see cref="Reset"/> covers.</summary>
    public const string ServerError = "5xx";

    /// <summary>A response with status 502, 503 or 504, and everything that <see cref="Reset"/> covers.</summary>
    public const string GatewayError = "gateway-error";

    /// <summary>No response: the connection was reset or could not be established, or the attempt timed out.</summary>
    public const string Reset = "reset";

    /// <summary>
    /// No response, and nothing of the request was processed: <see cref="ConnectFailure"/> and <see cref="RefusedStream"/>. After other resets the
    /// request may have been processed.
    /// </summary>
    public const string ResetBeforeRequest = "reset-before-request";

    /// <summary>The connection could not be established.</summary>
    public const string ConnectFailure = "connect-failure";

    /// <summary>
    /// The server refused the stream (HTTP/2 REFUSED_STREAM): nothing was processed, so requests that are not idempotent are retried as well.
    /// </summary>
    public const string RefusedStream = "refused-stream";

    /// <summary>
    /// No effect: when HTTP/3 fails after the connection was established, .NET falls back to HTTP/2 by itself. The name is accepted for compatibility
    /// with mesh configurations.
    /// </summary>
    public const string Http3PostConnectFailure = "http3-post-connect-failure";

    /// <summary>A response with status 409.</summary>
    public const string Retriable4xx = "retriable-4xx";

    /// <summary>A response with one of <see cref="RetryOptions.RetriableStatuses"/>.</summary>
    public const string RetriableStatusCodes = "retriable-status-codes";

    /// <summary>A response with one of <see cref="RetryOptions.RetriableHeaders"/>.</summary>
    public const string RetriableHeaders = "retriable-headers";

    /// <summary>A response with the header <c>x-envoy-ratelimited</c>. Without this condition such a response is not retried, whatever its status.</summary>
    public const string RateLimited = "envoy-ratelimited";

    /// <summary>gRPC status 1, in a response that consists of headers only.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>gRPC status 4, in a response that consists of headers only.</summary>
    public const string DeadlineExceeded = "deadline-exceeded";

    /// <summary>gRPC status 13, in a response that consists of headers only.</summary>
    public const string Internal = "internal";

    /// <summary>gRPC status 8, in a response that consists of headers only.</summary>
    public const string ResourceExhausted = "resource-exhausted";

    /// <summary>gRPC status 14, in a response that consists of headers only.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The attempt exceeded <see cref="RetryOptions.PerTryTimeout"/>.</summary>
    public const string PerTryTimeout = "per-try-timeout";

    internal static readonly string[] Defaults = [ConnectFailure, RefusedStream, Reset, GatewayError, PerTryTimeout];

    internal static readonly string[] All =
    [
        ServerError, GatewayError, Reset, ResetBeforeRequest, ConnectFailure, RefusedStream, Http3PostConnectFailure, PerTryTimeout,
        Retriable4xx, RetriableStatusCodes, RetriableHeaders, RateLimited,
        Cancelled, DeadlineExceeded, Internal, ResourceExhausted, Unavailable,
    ];

    /// <summary>Whether a condition is a numeric status.</summary>
    internal static bool IsStatus(string condition, out int status) =>
        int.TryParse(condition, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out status)
            && status is >= 100 and <= 599;
}
