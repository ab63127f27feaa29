namespace LoadBalancing.Client;

/// <summary><c>retryBudget</c>.</summary>
internal sealed record RetryBudgetPolicy(SourceLocation Location, Located<double>? Percent, Located<int>? MinRetryConcurrency);
