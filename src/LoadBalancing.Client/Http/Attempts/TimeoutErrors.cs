using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Our time-outs and cancellations, in the shape in which <c>HttpClient</c> reports its own.</summary>
internal static class TimeoutErrors
{
    public static TaskCanceledException CallTimeout(RequestPlan plan, UpstreamEndpoint? endpoint, Exception? inner = null, bool inPanic = false) =>
        Make(plan, "Timeout", plan.Timeout, endpoint, inner, inPanic);

    public static TaskCanceledException PerTryTimeout(RequestPlan plan, TimeSpan limit, UpstreamEndpoint endpoint, Exception inner, bool inPanic = false) =>
        Make(plan, "Retry.PerTryTimeout", limit, endpoint, inner, inPanic);

    public static TaskCanceledException BodyIdleTimeout(RequestPlan plan, TimeSpan limit, UpstreamEndpoint endpoint, Exception inner, bool inPanic = false)
    {
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The body of an answer of service '{plan.Balancer.FullName}' was given up: nothing came from {endpoint}{(inPanic ? ", in panic," : "")} for its BodyIdleTimeout of {limit.TotalSeconds} s.");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }

    /// <summary>A cancellation as the caller looks for it: with his own token, not with that of the source which an attempt was lent.</summary>
    public static Exception WithCallerToken(Exception exception, CancellationToken callerToken) =>
        exception is OperationCanceledException cancelled && cancelled.CancellationToken != callerToken
            ? new TaskCanceledException(cancelled.Message, cancelled, callerToken)
            : exception;

    private static TaskCanceledException Make(RequestPlan plan, string option, TimeSpan limit, UpstreamEndpoint? endpoint, Exception? inner, bool inPanic)
    {
        string place = endpoint is null ? "" : $" The last attempt was on {endpoint}{(inPanic ? ", in panic" : "")}.";
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"The call to service '{plan.Balancer.FullName}' was given up: its {option} of {limit.TotalSeconds} s has elapsed.{place}");
        return new TaskCanceledException(message, new TimeoutException(message, inner));
    }
}
