namespace LoadBalancing.Client;

/// <summary>The conditions of <c>retryOn</c>.</summary>
internal static class RetryOnConditions
{
    /// <summary>Istio's defaults: only requests that no server has begun to process.</summary>
    public static readonly string[] Defaults =
    [
        RetryConditions.ConnectFailure, RetryConditions.RefusedStream, RetryConditions.Unavailable, RetryConditions.Cancelled,
        RetryConditions.RetriableStatusCodes,
    ];

    public static readonly string[] Known =
    [
        RetryConditions.ServerError, RetryConditions.GatewayError, RetryConditions.Reset, RetryConditions.ResetBeforeRequest,
        RetryConditions.ConnectFailure, RetryConditions.RefusedStream, RetryConditions.Http3PostConnectFailure, RetryConditions.Retriable4xx,
        RetryConditions.RetriableStatusCodes, RetryConditions.RateLimited, RetryConditions.Cancelled, RetryConditions.DeadlineExceeded,
        RetryConditions.Internal, RetryConditions.ResourceExhausted, RetryConditions.Unavailable,
    ];

    /// <summary>Whether a condition depends on a response, or on an attempt that a server may have processed.</summary>
    public static bool IsResponseCondition(string condition) => condition is not (
        RetryConditions.ConnectFailure
        or RetryConditions.RefusedStream
        or RetryConditions.ResetBeforeRequest
        or RetryConditions.Http3PostConnectFailure);
}
