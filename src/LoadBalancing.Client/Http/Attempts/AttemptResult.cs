namespace LoadBalancing.Client;

/// <summary>What came of one attempt: a response or an exception, as values; exceptions are thrown once, at the edge.</summary>
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

    /// <summary>Its lease; null when there was nowhere to go.</summary>
    public EndpointLease? Lease { get; }

    /// <summary>What it failed of, as retry policies see it; none when it went well, or failed of something that no second try can mend.</summary>
    public RetryTriggers Triggers { get; }
}
