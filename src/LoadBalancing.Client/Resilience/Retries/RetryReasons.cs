namespace LoadBalancing.Client;

/// <summary>The reason of a retry, as the name of its condition.</summary>
internal static class RetryReasons
{
    public static string NameOf(RetryTriggers triggers) => triggers switch
    {
        RetryTriggers.ConnectFailure => RetryConditions.ConnectFailure,
        RetryTriggers.RefusedStream => RetryConditions.RefusedStream,
        RetryTriggers.Reset => RetryConditions.Reset,
        RetryTriggers.PerTryTimeout => RetryConditions.PerTryTimeout,
        _ when triggers.HasFlag(RetryTriggers.GatewayError) => RetryConditions.GatewayError,
        _ when triggers.HasFlag(RetryTriggers.ServerError) => RetryConditions.ServerError,
        _ when triggers.HasFlag(RetryTriggers.RateLimited) => RetryConditions.RateLimited,
        _ when triggers.HasFlag(RetryTriggers.Retriable4xx) => RetryConditions.Retriable4xx,
        _ when triggers.HasFlag(RetryTriggers.RetriableStatusCodes) => RetryConditions.RetriableStatusCodes,
        _ when triggers.HasFlag(RetryTriggers.RetriableHeaders) => RetryConditions.RetriableHeaders,
        _ when triggers.HasFlag(RetryTriggers.Cancelled) => RetryConditions.Cancelled,
        _ when triggers.HasFlag(RetryTriggers.DeadlineExceeded) => RetryConditions.DeadlineExceeded,
        _ when triggers.HasFlag(RetryTriggers.Internal) => RetryConditions.Internal,
        _ when triggers.HasFlag(RetryTriggers.ResourceExhausted) => RetryConditions.ResourceExhausted,
        _ => RetryConditions.Unavailable,
    };
}
