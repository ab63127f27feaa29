namespace LoadBalancing.Client;

/// <summary>
/// How much more than it was asked for a service may send: a share of its requests over the last ten seconds, and a share of those under way, of which the smaller wins. It keeps retries from
/// multiplying an outage: when everything fails, servers see at most a fifth more requests than without retries, plus ten each second.
/// </summary>
/// <remarks>A retry after a connection that did not come about is no part of it: nothing was sent. Shared by everything of a service that sends more than was asked for, whatever the client or route.</remarks>
public sealed class RetryBudgetOptions
{
    /// <summary>Whether there is a budget. Default true. Without one, only <see cref="RetryOptions.MaxRetries"/> and <see cref="ConnectionPoolOptions.MaxConcurrentRetries"/> bound retries.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Retries in percent of requests: of those begun in the last ten seconds, and of those under way. 0 to 100. Default 20, as in Envoy and Finagle.</summary>
    public double Percent { get; set; } = 20;

    /// <summary>Retries per second that are always allowed on top, over the last ten seconds: 10 allow a burst of 100. 0 or more. Default 10, as in Finagle.</summary>
    public double MinRetriesPerSecond { get; set; } = 10;

    /// <summary>How many calls may be in retries at once, however few requests are under way. 0 or more. Default 3, as in Envoy.</summary>
    public int MinConcurrentRetries { get; set; } = 3;
}
