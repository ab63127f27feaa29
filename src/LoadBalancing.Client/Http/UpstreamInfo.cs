namespace LoadBalancing.Client;

/// <summary>The endpoint that sent a response, and the endpoints that its call tried.</summary>
/// <remarks>Immutable and thread-safe. The endpoints themselves are live: they show their current state, not their state during the call.</remarks>
public sealed class UpstreamInfo
{
    internal UpstreamInfo(IReadOnlyList<UpstreamEndpoint> tried, RetrySuppression retrySuppression)
    {
        RetrySuppression = retrySuppression;
        // A copy: the call still owns the list, and the caller must not be able to write to it.
        TriedEndpoints = [.. tried];
        Endpoint = TriedEndpoints[^1];
    }

    /// <summary>
    /// Gets the endpoint that sent the response, or that was picked when a fault of <see cref="FaultScope.Attempt"/> created the response instead.
    /// </summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>Gets the number of attempts; 1 without a retry. Each followed redirect is a separate call: these are the attempts of the last one.</summary>
    public int AttemptCount => TriedEndpoints.Count;

    /// <summary>Gets the endpoints of all attempts, in order; <see cref="Endpoint"/> is the last. An endpoint that was tried twice is listed twice.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints { get; }

    /// <summary>
    /// Gets why the call was not retried although its response was retryable; <see cref="RetrySuppression.None"/> when no retry was suppressed. The metric
    /// <c>loadbalancing.client.retries.suppressed</c> has the same value in its tag <c>loadbalancing.reason</c>.
    /// </summary>
    public RetrySuppression RetrySuppression { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        AttemptCount == 1 ? Endpoint.ToString() : $"{Endpoint}, attempt {AttemptCount} after {string.Join(", ", TriedEndpoints.SkipLast(1))}";
}
