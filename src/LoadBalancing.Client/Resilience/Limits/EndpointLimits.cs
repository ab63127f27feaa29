namespace LoadBalancing.Client;

/// <summary>The concurrency limits of a cluster's endpoints: the same number for all, one that adapts to the latency of each, or the smaller of both.</summary>
internal sealed class EndpointLimits
{
    private readonly int? _maxRequests;
    private readonly int? _maxConnections;
    private readonly AdaptiveLimitSettings? _adaptive;
    private readonly RequestPermits _permits;

    public EndpointLimits(int? maxRequests, AdaptiveLimitSettings? adaptive, int? maxConnections, RequestPermits permits)
    {
        _permits = permits;
        _maxRequests = maxRequests;
        _maxConnections = maxConnections;
        _adaptive = adaptive;
    }

    /// <summary>Creates the limits; null when endpoints are not limited.</summary>
    public static EndpointLimits? From(PoolLimits limits, RequestPermits permits) =>
        limits.HasEndpointLimits ? new EndpointLimits(limits.MaxRequestsPerEndpoint, limits.AdaptiveLimit, limits.MaxConnections, permits) : null;

    /// <summary>Whether limits adapt to reported latency.</summary>
    public bool IsAdaptive => _adaptive is not null;

    /// <summary>Applies the limits. The adaptive limit of an endpoint is kept, unless its settings have changed.</summary>
    public void ApplyTo(IEnumerable<UpstreamEndpoint> endpoints)
    {
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            endpoint.SetLimit(_adaptive is null ? _maxRequests : ClampToMax(AdaptiveLimitOf(endpoint, _adaptive).Value), _maxConnections, _permits);
        }
    }

    /// <summary>Records that an attempt received its response or failed. Called on the request's thread.</summary>
    public void OnAttemptReported(UpstreamEndpoint endpoint, TimeSpan elapsed, in AttemptOutcome outcome)
    {
        // A quick failure is not low latency, so failures are not measured. A timeout is a lower bound of the latency.
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
        object? current = Volatile.Read(ref endpoint.LimitState);
        while (current is not GradientLimit limit || limit.Settings != settings)
        {
            var created = new GradientLimit(settings);
            object? seen = Interlocked.CompareExchange(ref endpoint.LimitState, created, current);
            if (seen == current)
            {
                return created;
            }

            current = seen;
        }

        return (GradientLimit)current;
    }

    private int ClampToMax(int limit) => Math.Min(limit, _maxRequests ?? int.MaxValue);
}
