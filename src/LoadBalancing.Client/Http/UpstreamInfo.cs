namespace LoadBalancing.Client;

/// <summary>Where a response came from, and which endpoints were tried on the way to it.</summary>
/// <remarks>Immutable and safe to share between threads. The endpoints themselves are alive: they show their state of the moment, not that of the call.</remarks>
public sealed class UpstreamInfo
{
    internal UpstreamInfo(IReadOnlyList<UpstreamEndpoint> tried, RetrySuppression retrySuppression)
    {
        RetrySuppression = retrySuppression;
        // The call keeps the list it was given, and what a caller holds must not be something that can be written to.
        TriedEndpoints = [.. tried];
        Endpoint = TriedEndpoints[^1];
    }

    /// <summary>The endpoint that gave the response, or in whose stead a fault of <see cref="FaultScope.Attempt"/> gave it.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>How many attempts it took; 1 without a retry. Each redirect that was followed is a call of its own: these are the attempts of the last.</summary>
    public int AttemptCount => TriedEndpoints.Count;

    /// <summary>The endpoints of all attempts, in order, <see cref="Endpoint"/> last. One that was tried twice stands there twice.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints { get; }

    /// <summary>
    /// Why the call was not retried although its response was one to retry; <see cref="RetrySuppression.None"/> when no retry was suppressed. The metric
    /// <c>loadbalancing.client.retries.suppressed</c> has the same as its tag <c>loadbalancing.reason</c>.
    /// </summary>
    public RetrySuppression RetrySuppression { get; }

    /// <inheritdoc/>
    public override string ToString() => AttemptCount == 1 ? Endpoint.ToString() : $"{Endpoint}, attempt {AttemptCount} after {string.Join(", ", TriedEndpoints.SkipLast(1))}";
}
