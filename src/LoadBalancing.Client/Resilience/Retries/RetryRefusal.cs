namespace LoadBalancing.Client;

/// <summary>Why a retry that was due is not made.</summary>
internal enum RetryRefusal
{
    None = 0,

    /// <summary>As many calls are in retries as <c>ConnectionPool:MaxRetries</c> allows.</summary>
    MaxRetries,

    /// <summary>The budget's share of the requests of the last seconds is spent.</summary>
    BudgetRate,

    /// <summary>The budget's share of the requests under way is in retries.</summary>
    BudgetConcurrency,
}
