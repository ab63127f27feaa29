using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Our time-outs and cancellations, in the shape in which <c>HttpClient</c> reports its own.</summary>
internal static class TimeoutErrors
{
    public static TaskCanceledException CallTimeout(TimeoutPolicy timeouts, UpstreamEndpoint? endpoint, Exception? inner = null, bool inPanic = false) =>
        Make(timeouts, "Timeout", timeouts.Timeout, endpoint, inner, inPanic);

    public static TaskCanceledException PerTryTimeout(TimeoutPolicy timeouts, TimeSpan limit, UpstreamEndpoint endpoint, Exception inner, bool inPanic = false) =>
        Make(timeouts, "Retry.PerTryTimeout", limit, endpoint, inner, inPanic);

    public static TaskCanceledException BodyIdleTimeout(TimeoutPolicy timeouts, TimeSpan limit, UpstreamEndpoint endpoint, Exception inner, bool inPanic = false)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The body of an answer of service '{timeouts.Cluster}' was given up: nothing came from {endpoint}{(inPanic ? ", in panic," : "")} for its BodyIdleTimeout of {limit.TotalSeconds} s.");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }

    /// <summary>A cancellation as the caller looks for it: with his own token, not with that of the source which an attempt was lent.</summary>
    public static Exception WithCallerToken(Exception exception, CancellationToken callerToken) =>
        exception is OperationCanceledException cancelled && cancelled.CancellationToken != callerToken
            ? new TaskCanceledException(cancelled.Message, cancelled, callerToken)
            : exception;

    private static TaskCanceledException Make(TimeoutPolicy timeouts, string option, TimeSpan limit, UpstreamEndpoint? endpoint, Exception? inner, bool inPanic)
    {
        string place = endpoint is null ? "" : $" The last attempt was on {endpoint}{(inPanic ? ", in panic" : "")}.";
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The call to service '{timeouts.Cluster}' was given up: its {option} of {limit.TotalSeconds} s has elapsed.{place}");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }
}
