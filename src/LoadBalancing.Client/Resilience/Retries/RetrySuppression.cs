namespace LoadBalancing.Client;

/// <summary>The reason why a due retry was not made.</summary>
public enum RetrySuppression
{
    /// <summary>No retry was suppressed.</summary>
    None = 0,

    /// <summary>The number of calls in retries has reached <see cref="ConnectionPoolOptions.MaxConcurrentRetries"/>.</summary>
    MaxConcurrentRetries,

    /// <summary>The share of the recent request rate that <see cref="LoadBalancingOptions.RetryBudget"/> allows is exhausted.</summary>
    BudgetRate,

    /// <summary>The share of the requests in flight that <see cref="LoadBalancingOptions.RetryBudget"/> allows is exhausted.</summary>
    BudgetConcurrency,

    /// <summary>The response asked for a longer wait (<c>Retry-After</c>) than the call has time for; without a timeout, for more than 300 s.</summary>
    RetryAfterTooLong,

    /// <summary>The wait before the retry would have been longer than the rest of the call's <see cref="LoadBalancingOptions.Timeout"/>.</summary>
    TimeoutTooShort,

    /// <summary>The request is not idempotent, and the endpoint may have processed it.</summary>
    NotIdempotent,

    /// <summary>The body of the request was read and cannot be read again.</summary>
    BodyNotReplayable,

    /// <summary>The response forbids retries.</summary>
    ForbiddenByResponse,

    /// <summary>There is no endpoint to retry on.</summary>
    NoEndpoint,
}
