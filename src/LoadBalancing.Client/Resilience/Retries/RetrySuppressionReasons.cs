namespace LoadBalancing.Client;

/// <summary>Names of the reasons why a due retry was not made: one word for metrics and logs, a sentence for the error.</summary>
internal static class RetrySuppressionReasons
{
    public static string NameOf(RetrySuppression suppression) => suppression switch
    {
        RetrySuppression.MaxConcurrentRetries => "max-retries",
        RetrySuppression.BudgetRate => "budget-rate",
        RetrySuppression.BudgetConcurrency => "budget-concurrency",
        _ => throw new ArgumentOutOfRangeException(nameof(suppression), suppression, "No retry was suppressed."),
    };

    /// <summary>
    /// Creates the same exception with the reason in its message. The type and the properties that outer handlers inspect are kept; an exception of a
    /// derived type is returned unchanged.
    /// </summary>
    public static Exception AddReason(Exception exception, RetrySuppression suppression)
    {
        string option = suppression == RetrySuppression.MaxConcurrentRetries ? "ConnectionPool:MaxConcurrentRetries" : "RetryBudget";
        string message = $"{exception.Message} It was not retried: {option} is exhausted ({NameOf(suppression)}).";
        return exception switch
        {
            HttpRequestException http when http.GetType() == typeof(HttpRequestException) =>
                new HttpRequestException(http.HttpRequestError, message, http.InnerException ?? http, http.StatusCode),
            TaskCanceledException cancelled when cancelled.GetType() == typeof(TaskCanceledException) =>
                new TaskCanceledException(message, cancelled.InnerException, cancelled.CancellationToken),
            _ => exception,
        };
    }
}
