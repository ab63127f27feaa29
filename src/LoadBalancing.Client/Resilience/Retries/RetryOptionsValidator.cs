namespace LoadBalancing.Client;

/// <summary>Validates retry options of a service or a route. Header conditions belong to Routing and are validated where the features are combined.</summary>
internal static class RetryOptionsValidator
{
    /// <param name="retry">The options.</param>
    /// <param name="timeout">The timeout of the whole call; null when the same service or route does not set one.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(RetryOptions retry, TimeSpan? timeout, ValidationErrors errors)
    {
        CheckTimes(retry, timeout, errors);
        if (retry.MaxRetries is < 0)
        {
            errors.Add("Retry:MaxRetries", $"{retry.MaxRetries} is negative; it is the number of retries after the first attempt, 0 for none.");
        }

        CheckConditions(retry.RetryOn ?? [], errors);
        for (int i = 0; i < (retry.RetriableStatuses?.Count ?? 0); i++)
        {
            errors.CheckStatus($"Retry:RetriableStatuses:{i}", retry.RetriableStatuses![i]);
        }

        errors.CheckAtLeast("Retry:MaxBufferedBodySize", retry.MaxBufferedBodySize, 0);
    }

    private static void CheckTimes(RetryOptions retry, TimeSpan? timeout, ValidationErrors errors)
    {
        errors.CheckTimeout("Retry:PerTryTimeout", retry.PerTryTimeout);
        if (timeout is { } callTimeout && retry.PerTryTimeout is { } perTry
            && callTimeout != Timeout.InfiniteTimeSpan && perTry != Timeout.InfiniteTimeSpan && perTry > callTimeout)
        {
            errors.Add("Retry:PerTryTimeout", $"{perTry} is longer than Timeout, which is {callTimeout} for all attempts together; "
                + $"lower one or raise the other.");
        }

        TimeSpan baseBackoff = retry.BaseBackoff ?? RetrySettings.DefaultBaseBackoff;
        errors.CheckPositiveDuration("Retry:BaseBackoff", baseBackoff);
        if (retry.MaxBackoff is { } maxBackoff && maxBackoff < baseBackoff)
        {
            errors.Add("Retry:MaxBackoff", $"{maxBackoff} is shorter than BaseBackoff, which is {baseBackoff}; raise one or lower the other.");
        }

        errors.CheckMaxDuration("Retry:MaxBackoff", retry.MaxBackoff);
    }

    private static void CheckConditions(IList<string> conditions, ValidationErrors errors)
    {
        for (int i = 0; i < conditions.Count; i++)
        {
            if (!RetryConditions.All.Contains(conditions[i], StringComparer.OrdinalIgnoreCase) && !RetryConditions.IsStatus(conditions[i], out _))
            {
                errors.Add($"Retry:RetryOn:{i}", $"'{conditions[i]}' is unknown; allowed are {string.Join(", ", RetryConditions.All)}, and statuses like 503.");
            }
        }
    }
}
