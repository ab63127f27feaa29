namespace LoadBalancing.Client;

/// <summary>How a retry that was due and not allowed is told: one word for metrics and logs, a sentence in the error.</summary>
internal static class RetrySuppressionReasons
{
    public static string NameOf(RetrySuppression suppression) => suppression switch
    {
        RetrySuppression.MaxConcurrentRetries => "max-retries",
        RetrySuppression.BudgetRate => "budget-rate",
        RetrySuppression.BudgetConcurrency => "budget-concurrency",
        _ => throw new ArgumentOutOfRangeException(nameof(suppression), suppression, "No retry was suppressed."),
    };

    /// <summary>The same error with the reason in its message. It keeps its type and what handlers above look at; one whose type we cannot make anew stays as it is.</summary>
    public static Exception AddReason(Exception exception, RetrySuppression suppression)
    {
        string option = suppression == RetrySuppression.MaxConcurrentRetries ? "ConnectionPool:MaxConcurrentRetries" : "the retry RetryBudget";
        string message = $"{exception.Message} It was not tried again: {option} is used up ({NameOf(suppression)}).";
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
