namespace LoadBalancing.Client;

/// <summary>The outcome of one attempt: a response or an exception, as a value. Exceptions are thrown once, at the end of the call.</summary>
internal readonly struct AttemptResult
{
    public AttemptResult(HttpResponseMessage response, RetryTriggers triggers, EndpointLease? lease)
    {
        Lease = lease;
        Response = response;
        Triggers = triggers;
    }

    public AttemptResult(Exception exception, RetryTriggers triggers, EndpointLease? lease)
    {
        Lease = lease;
        Exception = exception;
        Triggers = triggers;
    }

    public static AttemptResult NothingToPick(RequestPlan plan) => new(plan.Balancer.CreatePickException(), RetryTriggers.None, lease: null);

    public HttpResponseMessage? Response { get; }

    public Exception? Exception { get; }

    /// <summary>The lease of the attempt; null when no endpoint was picked.</summary>
    public EndpointLease? Lease { get; }

    /// <summary>The failure as retry policies see it; none when the attempt succeeded, or failed in a way that no retry can fix.</summary>
    public RetryTriggers Triggers { get; }
}
