namespace LoadBalancing.Client;

/// <summary>What a failed attempt failed of, and what a policy tries again.</summary>
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

    /// <summary>No answer of any kind.</summary>
    AnyReset = ConnectFailure | RefusedStream | Reset | PerTryTimeout,

    /// <summary>By the gRPC status in the headers of an answer.</summary>
    AnyGrpcStatus = Cancelled | DeadlineExceeded | Internal | ResourceExhausted | Unavailable,

    /// <summary>What can be seen only of an answer whose status alone does not make it a failure.</summary>
    AnyResponse = Retriable4xx | RetriableStatusCodes | RetriableHeaders | RateLimited | AnyGrpcStatus,
}
