namespace LoadBalancing.Client;

/// <summary>The limits of a cluster's endpoints: the same number for all, one that follows the latency of each, or the smaller of both.</summary>
internal sealed class EndpointLimits : IEndpointLimits
{
    private readonly int? _most;
    private readonly AdaptiveLimitSettings? _adaptive;
    private readonly RequestSlots _slots;

    public EndpointLimits(int? most, AdaptiveLimitSettings? adaptive, RequestSlots slots)
    {
        _slots = slots;
        _most = most;
        _adaptive = adaptive;
    }

    /// <summary>Whether limits change with what is reported.</summary>
    public bool IsAdaptive => _adaptive is not null;

    /// <summary>Takes the limits into force. What was found out about an endpoint stays, unless it was found by other rules.</summary>
    public void ApplyTo(IEnumerable<UpstreamEndpoint> endpoints)
    {
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            endpoint.SetLimit(_adaptive is null ? _most : Held(LimitOf(endpoint, _adaptive).Value), _slots);
        }
    }

    public void OnReported(UpstreamEndpoint endpoint, TimeSpan elapsed, in AttemptOutcome outcome)
    {
        // Who fails at once is not fast, and who answers an error is not measured. A time-out tells how long it took at least.
        if (_adaptive is null || !(outcome.IsSuccess || outcome.Kind == FailureKind.Timeout))
        {
            return;
        }

        GradientLimit limit = LimitOf(endpoint, _adaptive);
        int before = limit.Value;
        limit.Add(elapsed, endpoint.InFlight);
        if (limit.Value != before)
        {
            endpoint.MoveLimit(Held(limit.Value));
        }
    }

    private static GradientLimit LimitOf(UpstreamEndpoint endpoint, AdaptiveLimitSettings settings)
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

    private int Held(int limit) => Math.Min(limit, _most ?? int.MaxValue);
}
