using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace LoadBalancing.Client;

/// <summary>Translates HTTP responses and exceptions into the outcome for the endpoint and the triggers for retry policies.</summary>
internal static class OutcomeClassifier
{
    /// <summary>HTTP/2 REFUSED_STREAM (RFC 9113, section 7): the server has processed nothing of the request.</summary>
    private const long RefusedStream = 0x7;

    /// <summary>HTTP/3 H3_REQUEST_REJECTED (RFC 9114, section 8.1): the same.</summary>
    private const long RequestRejected = 0x10B;

    /// <summary>Classifies a response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="timeProvider">The clock, for a <c>Retry-After</c> in seconds.</param>
    /// <param name="errors">The statuses that count as failures of the endpoint; null for all from 500 on. Retry triggers do not depend on it.</param>
    public static (AttemptOutcome Outcome, RetryTriggers Triggers) Classify(HttpResponseMessage response, TimeProvider timeProvider, StatusSet? errors = null)
    {
        (AttemptOutcome outcome, RetryTriggers triggers) = ClassifyStatus(response, timeProvider);
        if (errors is null || errors.Contains((int)response.StatusCode) == outcome.IsFailure)
        {
            return (outcome, triggers);
        }

        return (outcome.IsFailure ? AttemptOutcome.Success : AttemptOutcome.Failure(FailureKind.ErrorResponse, NotBefore(response, timeProvider)), triggers);
    }

    private static (AttemptOutcome Outcome, RetryTriggers Triggers) ClassifyStatus(HttpResponseMessage response, TimeProvider timeProvider) =>
        (int)response.StatusCode switch
        {
            < 500 => (AttemptOutcome.Success, RetryTriggers.None),
            502 or 503 or 504 =>
                (AttemptOutcome.Failure(FailureKind.Gateway, NotBefore(response, timeProvider)), RetryTriggers.GatewayError | RetryTriggers.ServerError),
            _ => (AttemptOutcome.Failure(FailureKind.ErrorResponse, NotBefore(response, timeProvider)), RetryTriggers.ServerError),
        };

    /// <summary>Classifies an exception that was caused neither by the caller nor by one of our timeouts.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="method">The method of the request; null where it does not matter.</param>
    public static (AttemptOutcome Outcome, RetryTriggers Triggers) Classify(Exception exception, HttpMethod? method = null) => exception switch
    {
        // SocketsHttpHandler's ConnectTimeout.
        OperationCanceledException { InnerException: TimeoutException } => Connect,
        OperationCanceledException => Neutral,
        HttpRequestException http => Classify(http, method),
        SocketException or IOException => Reset,

        // User code threw: a handler below, or a body that could not be produced.
        _ => Neutral,
    };

    /// <summary>Classifies an exception while a body was read. The headers counted as a success; a truncated body revokes it.</summary>
    public static AttemptOutcome ClassifyBody(Exception exception) => exception switch
    {
        OperationCanceledException or ObjectDisposedException => AttemptOutcome.Neutral,

        // The reader's own limit, like MaxResponseContentBufferSize.
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => AttemptOutcome.Neutral,
        _ => Classify(exception).Outcome,
    };

    private static (AttemptOutcome Outcome, RetryTriggers Triggers) Connect => (AttemptOutcome.Failure(FailureKind.Connect), RetryTriggers.ConnectFailure);

    private static (AttemptOutcome Outcome, RetryTriggers Triggers) Reset => (AttemptOutcome.Failure(FailureKind.Reset), RetryTriggers.Reset);

    private static (AttemptOutcome Outcome, RetryTriggers Triggers) Neutral => (AttemptOutcome.Neutral, RetryTriggers.None);

    private static (AttemptOutcome Outcome, RetryTriggers Triggers) Classify(HttpRequestException exception, HttpMethod? method) =>
        exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError => Connect,
            HttpRequestError.HttpProtocolError when exception.InnerException is HttpProtocolException { ErrorCode: RefusedStream or RequestRejected } =>
                (AttemptOutcome.Failure(FailureKind.Reset), RetryTriggers.RefusedStream),
            HttpRequestError.UserAuthenticationError => Neutral,

            // The server is healthy, but does not support WebSockets over HTTP/2, or no HTTP/2; the client falls back to HTTP/1.1.
            HttpRequestError.ExtendedConnectNotSupported => Neutral,
            HttpRequestError.VersionNegotiationError when method == HttpMethod.Connect => Neutral,

            // The server does not speak the version that the request insists on: it has processed nothing, but a body may have been read.
            HttpRequestError.VersionNegotiationError => (AttemptOutcome.Failure(FailureKind.Connect), RetryTriggers.RefusedStream),
            HttpRequestError.Unknown => exception.InnerException switch
            {
                SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable or SocketError.NetworkUnreachable,
                } => Connect,
                AuthenticationException => Connect,
                null when exception.StatusCode is null => Reset,
                IOException or SocketException => Reset,
                _ => Neutral,
            },
            _ => Reset,
        };

    private static DateTimeOffset? NotBefore(HttpResponseMessage response, TimeProvider timeProvider)
    {
        RetryConditionHeaderValue? retryAfter = response.Headers.RetryAfter;
        return retryAfter?.Date ?? (retryAfter?.Delta is { } delta ? timeProvider.GetUtcNow() + delta : null);
    }
}
