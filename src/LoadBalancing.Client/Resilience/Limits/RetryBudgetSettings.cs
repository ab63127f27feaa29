namespace LoadBalancing.Client;

/// <summary>What <see cref="RetryBudgetOptions"/> come to.</summary>
/// <param name="Share">Of requests, 0 to 1.</param>
/// <param name="MinPerSecond">On top of the share.</param>
/// <param name="MinConcurrent">However small the share.</param>
internal sealed record RetryBudgetSettings(double Share, double MinPerSecond, int MinConcurrent);
