namespace LoadBalancing.Client;

/// <summary>What <c>retryOn</c> takes.</summary>
internal static class RetryOnConditions
{
    /// <summary>What the mesh retries when nobody says what: only what no server has begun to work on.</summary>
    public static readonly string[] Defaults = [RetryConditions.ConnectFailure, RetryConditions.RefusedStream, RetryConditions.Unavailable, RetryConditions.Cancelled, RetryConditions.RetriableStatusCodes];

    public static readonly string[] Known =
    [
        RetryConditions.ServerError, RetryConditions.GatewayError, RetryConditions.Reset, RetryConditions.ResetBeforeRequest, RetryConditions.ConnectFailure,
        RetryConditions.RefusedStream, RetryConditions.Http3PostConnectFailure, RetryConditions.Retriable4xx, RetryConditions.RetriableStatusCodes, RetryConditions.RateLimited,
        RetryConditions.Cancelled, RetryConditions.DeadlineExceeded, RetryConditions.Internal, RetryConditions.ResourceExhausted, RetryConditions.Unavailable,
    ];

    /// <summary>Whether a condition looks at an answer, or at an attempt of which nobody knows how far it came.</summary>
    public static bool IsResponseCondition(string condition) => condition is not (RetryConditions.ConnectFailure or RetryConditions.RefusedStream or RetryConditions.ResetBeforeRequest or RetryConditions.Http3PostConnectFailure);
}
