namespace LoadBalancing.Client;

/// <summary>
/// Caps the extra load of retries: to a share of the service's requests in the last ten seconds, and to a share of its requests in flight; the
/// smaller cap applies.
/// It prevents retries from amplifying an outage: by default, when all requests fail, servers receive at most 20 % more requests than without
/// retries, plus ten per
/// second.
/// </summary>
/// <remarks>A retry after a connect failure does not count: nothing was sent. All clients and routes of a service share one budget.</remarks>
public sealed class RetryBudgetOptions
{
    /// <summary>
    /// Whether the budget applies. Default true. Without it, only <see cref="RetryOptions.MaxRetries"/> and
    /// <see cref="ConnectionPoolOptions.MaxConcurrentRetries"/> limit retries.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Retries as a percentage of the requests started in the last ten seconds, and of the requests in flight. 0 to 100. Default 20, as in Envoy and
    /// Finagle.
    /// </summary>
    public double Percent { get; set; } = 20;

    /// <summary>
    /// Retries per second that are always allowed in addition, averaged over ten seconds: 10 allows a burst of 100. 0 or more. Default 10, as in
    /// Finagle.
    /// </summary>
    public double MinRetriesPerSecond { get; set; } = 10;

    /// <summary>The number of calls that may be in retries concurrently however few requests are in flight. 0 or more. Default 3, as in Envoy.</summary>
    public int MinConcurrentRetries { get; set; } = 3;
}
