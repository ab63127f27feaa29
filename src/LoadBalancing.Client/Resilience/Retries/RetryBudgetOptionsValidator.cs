namespace LoadBalancing.Client;

/// <summary>Validates retry budget options.</summary>
internal static class RetryBudgetOptionsValidator
{
    public static void Validate(RetryBudgetOptions budget, ValidationErrors errors)
    {
        errors.CheckPercent("RetryBudget:Percent", budget.Percent);
        if (!double.IsFinite(budget.MinRetriesPerSecond) || budget.MinRetriesPerSecond < 0)
        {
            errors.Add(
                "RetryBudget:MinRetriesPerSecond",
                $"{budget.MinRetriesPerSecond} is not allowed; it must be a number of retries per second, 0 or more.");
        }

        errors.CheckAtLeast("RetryBudget:MinConcurrentRetries", budget.MinConcurrentRetries, 0);
    }
}
