namespace LoadBalancing.Client;

/// <summary>The causes of a failed attempt, and those that a policy retries.</summary>
[Flags]
internal enum RetryTriggers
{
    None = 0,
    ConnectFailure = 1,
    RefusedStream = 1 << 1,
    Reset = 1 << 2,
    PerTryTimeout = 1 << 3,
    GatewayError = 1 << 4,
    ServerError = 1 << 5,
    Retriable4xx = 1 << 6,
    RetriableStatusCodes = 1 << 7,
    RetriableHeaders = 1 << 8,
    RateLimited = 1 << 9,
    Cancelled = 1 << 10,
    DeadlineExceeded = 1 << 11,
    Internal = 1 << 12,
    ResourceExhausted = 1 << 13,
    Unavailable = 1 << 14,

    /// <summary>No response of any kind.</summary>
    AnyReset = ConnectFailure | RefusedStream | Reset | PerTryTimeout,

    /// <summary>The gRPC status in the headers of a response.</summary>
    AnyGrpcStatus = Cancelled | DeadlineExceeded | Internal | ResourceExhausted | Unavailable,

    /// <summary>The causes that need a look at the response, beyond the status that makes it a failure.</summary>
    AnyResponse = Retriable4xx | RetriableStatusCodes | RetriableHeaders | RateLimited | AnyGrpcStatus,
}
