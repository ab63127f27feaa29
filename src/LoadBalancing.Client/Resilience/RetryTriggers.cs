namespace LoadBalancing.Client;

/// <summary>What a failed attempt failed of, and what a policy tries again.</summary>
[Flags]
internal enum RetryTriggers
{
    None = 0,
    ConnectFailure = 1,
    RefusedStream = 2,
    Reset = 4,
    PerTryTimeout = 8,
    GatewayError = 16,
    ServerError = 32,

    /// <summary>No answer of any kind.</summary>
    AnyReset = ConnectFailure | RefusedStream | Reset | PerTryTimeout,
}
