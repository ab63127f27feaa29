namespace LoadBalancing.Client;

/// <summary>Names of the reasons why a due retry was not made: one word for metrics and logs, a sentence for the error.</summary>
internal static class RetrySuppressionReasons
{
    public static string NameOf(RetrySuppression suppression) => suppression switch
    {
        RetrySuppression.MaxConcurrentRetries => "max-retries",
        RetrySuppression.BudgetRate => "budget-rate",
        RetrySuppression.BudgetConcurrency => "budget-concurrency",
        RetrySuppression.RetryAfterTooLong => "retry-after",
        RetrySuppression.TimeoutTooShort => "timeout",
        RetrySuppression.NotIdempotent => "not-idempotent",
        RetrySuppression.BodyNotReplayable => "body",
        RetrySuppression.ForbiddenByResponse => "forbidden",
        RetrySuppression.NoEndpoint => "no-endpoint",
        _ => throw new ArgumentOutOfRangeException(nameof(suppression), suppression, "No retry was suppressed."),
    };

    /// <summary>
    /// Creates the same exception with the reason in its message. The type and the properties that outer handlers inspect are kept; an exception of a
    /// derived type is returned unchanged.
    /// </summary>
    public static Exception AddReason(Exception exception, RetrySuppression suppression)
    {
        string message = $"{exception.Message} It was not retried: {Explain(suppression)} ({NameOf(suppression)}).";
        return exception switch
        {
            HttpRequestException http when http.GetType() == typeof(HttpRequestException) =>
                new HttpRequestException(http.HttpRequestError, message, http.InnerException ?? http, http.StatusCode),
            TaskCanceledException cancelled when cancelled.GetType() == typeof(TaskCanceledException) =>
                new TaskCanceledException(message, cancelled.InnerException, cancelled.CancellationToken),
            _ => exception,
        };
    }

    /// <summary>The reason, as part of a sentence.</summary>
    public static string Explain(RetrySuppression suppression) => suppression switch
    {
        RetrySuppression.MaxConcurrentRetries => "ConnectionPool:MaxConcurrentRetries is exhausted",
        RetrySuppression.BudgetRate or RetrySuppression.BudgetConcurrency => "RetryBudget is exhausted",
        RetrySuppression.RetryAfterTooLong => "the Retry-After of the response is longer than the call may wait",
        RetrySuppression.TimeoutTooShort => "the wait before it does not fit into what is left of Timeout",
        RetrySuppression.NotIdempotent => "the request is not idempotent, and may have been processed",
        RetrySuppression.BodyNotReplayable => "the body of the request cannot be read again",
        RetrySuppression.ForbiddenByResponse => "the response forbids it",
        RetrySuppression.NoEndpoint => "there is no endpoint to retry on",
        _ => throw new ArgumentOutOfRangeException(nameof(suppression), suppression, "No retry was suppressed."),
    };
}
