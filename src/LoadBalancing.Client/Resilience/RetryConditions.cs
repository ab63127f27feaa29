namespace LoadBalancing.Client;

/// <summary>The names that <see cref="RetryOptions.RetryOn"/> takes; they are Envoy's, and <see cref="PerTryTimeout"/> is ours.</summary>
public static class RetryConditions
{
    /// <summary>Any answer of 500 to 599, and everything that <see cref="Reset"/> covers.</summary>
    public const string ServerError = "5xx";

    /// <summary>An answer of 502, 503 or 504, and everything that <see cref="Reset"/> covers.</summary>
    public const string GatewayError = "gateway-error";

    /// <summary>No answer at all: the connection broke, did not come about, or the attempt ran out of time.</summary>
    public const string Reset = "reset";

    /// <summary>No connection came about.</summary>
    public const string ConnectFailure = "connect-failure";

    /// <summary>The server refused the stream (HTTP/2 REFUSED_STREAM): nothing was processed, so requests that are not idempotent are tried again as well.</summary>
    public const string RefusedStream = "refused-stream";

    /// <summary>The attempt ran out of its own time.</summary>
    public const string PerTryTimeout = "per-try-timeout";

    internal static readonly string[] Defaults = [ConnectFailure, RefusedStream, Reset, GatewayError, PerTryTimeout];

    internal static readonly string[] All = [ServerError, GatewayError, Reset, ConnectFailure, RefusedStream, PerTryTimeout];
}
