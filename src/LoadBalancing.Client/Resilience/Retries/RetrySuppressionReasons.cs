namespace LoadBalancing.Client;

/// <summary>How a retry that was due and not allowed is told: one word for metrics and logs, a sentence in the error.</summary>
internal static class RetrySuppressionReasons
{
    public static string NameOf(RetrySuppression refusal) => refusal switch
    {
        RetrySuppression.MaxConcurrentRetries => "max-retries",
        RetrySuppression.BudgetRate => "budget-rate",
        RetrySuppression.BudgetConcurrency => "budget-concurrency",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "That is no refusal."),
    };

    /// <summary>The same error with the reason in its message. It keeps its type and what handlers above look at; one whose type we cannot make anew stays as it is.</summary>
    public static Exception AddReason(Exception exception, string reason)
    {
        string option = reason == "max-retries" ? "ConnectionPool:MaxConcurrentRetries" : "the retry RetryBudget";
        string message = $"{exception.Message} It was not tried again: {option} is used up ({reason}).";
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
