namespace LoadBalancing.Client;

/// <summary>The settings of an enabled retry budget, from <see cref="RetryBudgetOptions"/>.</summary>
/// <param name="Share">The share of requests, 0 to 1.</param>
/// <param name="MinPerSecond">Retries per second in addition to the share.</param>
/// <param name="MinConcurrent">Concurrent retries that are allowed however small the share.</param>
internal sealed record RetryBudgetSettings(double Share, double MinPerSecond, int MinConcurrent);
