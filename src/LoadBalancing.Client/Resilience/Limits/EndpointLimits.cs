namespace LoadBalancing.Client;

/// <summary>The limits of a cluster's endpoints: the same number for all, one that follows the latency of each, or the smaller of both.</summary>
internal sealed class EndpointLimits
{
    private readonly int? _maxRequests;
    private readonly AdaptiveLimitSettings? _adaptive;
    private readonly RequestPermits _permits;

    public EndpointLimits(int? most, AdaptiveLimitSettings? adaptive, RequestPermits slots)
    {
        _permits = slots;
        _maxRequests = most;
        _adaptive = adaptive;
    }

    /// <summary>Null when endpoints are not limited.</summary>
    public static EndpointLimits? From(PoolLimits limits, RequestPermits permits) =>
        limits.HasEndpointLimits ? new EndpointLimits(limits.MaxRequestsPerEndpoint, limits.AdaptiveLimit, permits) : null;

    /// <summary>Whether limits change with what is reported.</summary>
    public bool IsAdaptive => _adaptive is not null;

    /// <summary>Takes the limits into force. What was found out about an endpoint stays, unless it was found by other rules.</summary>
    public void ApplyTo(IEnumerable<UpstreamEndpoint> endpoints)
    {
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            endpoint.SetLimit(_adaptive is null ? _maxRequests : ClampToMax(AdaptiveLimitOf(endpoint, _adaptive).Value), _permits);
        }
    }

    /// <summary>An attempt has its response, or will have none. Called on the request's thread.</summary>
    public void OnAttemptReported(UpstreamEndpoint endpoint, TimeSpan elapsed, in AttemptOutcome outcome)
    {
        // Who fails at once is not fast, and who answers an error is not measured. A time-out tells how long it took at least.
        if (_adaptive is null || !(outcome.IsSuccess || outcome.FailureKind == FailureKind.Timeout))
        {
            return;
        }

        GradientLimit limit = AdaptiveLimitOf(endpoint, _adaptive);
        int before = limit.Value;
        limit.AddSample(elapsed, endpoint.InFlight);
        if (limit.Value != before)
        {
            endpoint.UpdateLimit(ClampToMax(limit.Value));
        }
    }

    private static GradientLimit AdaptiveLimitOf(UpstreamEndpoint endpoint, AdaptiveLimitSettings settings)
    {
        object? known = Volatile.Read(ref endpoint.LimitState);
        while (known is not GradientLimit limit || limit.Settings != settings)
        {
            var made = new GradientLimit(settings);
            object? seen = Interlocked.CompareExchange(ref endpoint.LimitState, made, known);
            if (seen == known)
            {
                return made;
            }

            known = seen;
        }

        return (GradientLimit)known;
    }

    private int ClampToMax(int limit) => Math.Min(limit, _maxRequests ?? int.MaxValue);
}
