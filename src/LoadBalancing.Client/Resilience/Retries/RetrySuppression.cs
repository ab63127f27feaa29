namespace LoadBalancing.Client;

/// <summary>Why a retry that was due is not made.</summary>
internal enum RetrySuppression
{
    None = 0,

    /// <summary>As many calls are in retries as <c>ConnectionPool:MaxConcurrentRetries</c> allows.</summary>
    MaxConcurrentRetries,

    /// <summary>The budget's share of the requests of the last seconds is spent.</summary>
    BudgetRate,

    /// <summary>The budget's share of the requests under way is in retries.</summary>
    BudgetConcurrency,
}
