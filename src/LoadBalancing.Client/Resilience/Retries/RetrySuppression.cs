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
}
