namespace LoadBalancing.Client;

/// <summary>Why a retry that was due was not made.</summary>
public enum RetrySuppression
{
    /// <summary>No retry was suppressed.</summary>
    None = 0,

    /// <summary>As many calls are in retries as <see cref="ConnectionPoolOptions.MaxConcurrentRetries"/> allows.</summary>
    MaxConcurrentRetries,

    /// <summary>The share of the recent request rate that <see cref="LoadBalancingOptions.RetryBudget"/> allows is used up.</summary>
    BudgetRate,

    /// <summary>The share of the requests in flight that <see cref="LoadBalancingOptions.RetryBudget"/> allows is used up.</summary>
    BudgetConcurrency,
}
