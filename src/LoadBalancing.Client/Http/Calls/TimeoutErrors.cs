using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Creates the exceptions of timeouts and cancellations, in the shape in which <c>HttpClient</c> reports its own.</summary>
internal static class TimeoutErrors
{
    public static TaskCanceledException CallTimeout(
        TimeoutPolicy timeouts,
        UpstreamEndpoint? endpoint,
        Exception? inner = null,
        bool inPanic = false,
        NeutralCause waitedFor = NeutralCause.None) =>
        Make(timeouts, "Timeout", timeouts.Timeout, endpoint, inner, inPanic, waitedFor);

    public static TaskCanceledException PerTryTimeout(
        TimeoutPolicy timeouts,
        TimeSpan limit,
        UpstreamEndpoint endpoint,
        Exception inner,
        bool inPanic = false,
        NeutralCause waitedFor = NeutralCause.None) =>
        Make(timeouts, "Retry.PerTryTimeout", limit, endpoint, inner, inPanic, waitedFor);

    public static TaskCanceledException BodyIdleTimeout(
        TimeoutPolicy timeouts,
        TimeSpan limit,
        UpstreamEndpoint endpoint,
        Exception inner,
        bool inPanic = false)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The body of a response of service '{timeouts.Cluster}' timed out: nothing was received from {endpoint}{(inPanic
                ? ", in panic,"
                : "")} within its BodyIdleTimeout of {limit.TotalSeconds} s.");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }

    /// <summary>A cancellation with the caller's own token, as the caller expects it, instead of the token of the attempt's pooled source.</summary>
    public static Exception WithCallerToken(Exception exception, CancellationToken callerToken) =>
        exception is OperationCanceledException cancelled && cancelled.CancellationToken != callerToken
            ? new TaskCanceledException(cancelled.Message, cancelled, callerToken)
            : exception;

    private static TaskCanceledException Make(
        TimeoutPolicy timeouts,
        string option,
        TimeSpan limit,
        UpstreamEndpoint? endpoint,
        Exception? inner,
        bool inPanic,
        NeutralCause waitedFor)
    {
        string lastAttempt = endpoint is null ? "" : $" The last attempt was on {endpoint}{(inPanic ? ", in panic" : "")}.";
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The call to service '{timeouts.Cluster}' timed out: its {option} of {limit.TotalSeconds} s has elapsed.{lastAttempt}{Explain(waitedFor)}");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }

    private static string Explain(NeutralCause waitedFor) => waitedFor switch
    {
        NeutralCause.Queue => " It was not sent: it waited for a connection or a stream that other requests of this client used (queue).",
        NeutralCause.UploadSource => " It waited for the stream that the body of the request is read from (upload_source).",
        _ => "",
    };
}
