namespace LoadBalancing.Client;

/// <summary>Performs ejections and restorations: enforces the quota, draws ejection durations, and reports events.</summary>
internal sealed class Ejector
{
    private readonly EjectionQuota _quota = new();
    private readonly IEjectionEvents _events;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;

    public Ejector(IEjectionEvents events, TimeProvider timeProvider, RandomSource random)
    {
        _events = events;
        _timeProvider = timeProvider;
        _random = random;
    }

    /// <summary>The number of ejected endpoints.</summary>
    public int EjectedCount => _quota.Ejected;

    /// <summary>
    /// Ejects an endpoint that the caller has claimed, unless MaxEjectionPercent is reached, the detection is not enforced, or the endpoint was
    /// removed from the cluster meanwhile.
    /// </summary>
    /// <returns>False: the caller still holds the claim, if the endpoint is still in the same generation.</returns>
    public bool TryEject(UpstreamEndpoint endpoint, uint generation, in Detection detection, OutlierDetectionSettings settings, int endpointCount)
    {
        // First a read, then the draw, and only then the reservation: quota that is reserved and released again could make a concurrent ejection fail.
        int limit = settings.GetMaxEjected(endpointCount);
        if (_quota.Ejected >= limit)
        {
            _events.OnEjectionRefused(CreateEvent(endpoint, detection, length: null));
            return false;
        }

        if (detection.EnforcementPercent < 100 && _random.NextDouble() * 100 >= detection.EnforcementPercent)
        {
            _events.OnEjectionRefused(CreateEvent(endpoint, detection, length: null, isEnforced: false));
            return false;
        }

        // Before anything has changed: the source of randomness may be foreign code, and throw.
        TimeSpan jitter = _random.NextBelow(settings.MaxEjectionTimeJitter);
        if (!_quota.TryReserve(limit))
        {
            _events.OnEjectionRefused(CreateEvent(endpoint, detection, length: null));
            return false;
        }

        if (!TryBeginEjection(endpoint, generation, out uint ejected))
        {
            _quota.Release();
            return false;
        }

        TimeSpan length = settings.EjectionTime(RaiseMultiplier(endpoint.EjectionHistory, settings)) + jitter;
        endpoint.SetEjection(new EjectionRecord(
            ejected,
            _timeProvider.GetTimestamp(),
            length,
            _timeProvider.GetUtcNow() + length,
            detection.Detector,
            detection.Reason));
        _events.OnEjected(CreateEvent(endpoint, detection, length));
        return true;
    }

    /// <summary>Whether the ejection time is over. False until the ejecting thread has written the ejection record.</summary>
    public bool IsDue(EjectionRecord ejection) => _timeProvider.GetElapsedTime(ejection.StartedAt) >= ejection.Duration;

    /// <summary>Restores an endpoint, unless it is already restored or removed.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="generation">The generation of the ejection to end.</param>
    /// <param name="cause">The cause.</param>
    /// <param name="sweep">The number of the sweep in which the endpoint counts as restored.</param>
    public bool TryRestore(UpstreamEndpoint endpoint, uint generation, RestoreCause cause, long sweep)
    {
        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (!status.IsEjected || status.Generation != generation)
            {
                return false;
            }

            endpoint.EjectionHistory.RestoredInSweep = sweep;
            if (endpoint.TryChangeStatus(status, status.NextGeneration()))
            {
                _quota.Release();
                _events.OnRestored(endpoint, cause, _timeProvider.GetUtcNow());
                return true;
            }
        }
    }

    /// <summary>Makes a removed endpoint permanently unavailable; if it was ejected, its quota is released.</summary>
    public void Retire(UpstreamEndpoint endpoint)
    {
        endpoint.MarkRemoved();
        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (status.IsEjected)
            {
                // A trial request that ends concurrently must not restore the endpoint, which would release the quota a second time.
                if (endpoint.TryChangeStatus(status, status.NextGeneration().NextGeneration()))
                {
                    _quota.Release();
                    return;
                }
            }
            else if (endpoint.TryChangeStatus(status, status.NextGeneration()))
            {
                // A late report finds the endpoint in a later generation and changes nothing.
                return;
            }
        }
    }

    private static bool TryBeginEjection(UpstreamEndpoint endpoint, uint generation, out uint ejected)
    {
        ejected = 0;
        while (true)
        {
            // Other reports continue to count while the endpoint is claimed, and health checks continue to change its health; only its removal can
            // take it from the claimant.
            EndpointStatus status = endpoint.Status;
            if (status.Generation != generation)
            {
                return false;
            }

            EndpointStatus next = status.NextGeneration();
            if (endpoint.TryChangeStatus(status, next))
            {
                ejected = next.Generation;
                return true;
            }
        }
    }

    private EjectionEvent CreateEvent(UpstreamEndpoint endpoint, in Detection detection, TimeSpan? length, bool isEnforced = true) =>
        new(
            endpoint,
            detection.Detector,
            detection.Reason,
            detection.Failures,
            detection.Attempts,
            _timeProvider.GetUtcNow(),
            length)
        { IsEnforced = isEnforced };

    private static int RaiseMultiplier(EjectionHistory history, OutlierDetectionSettings settings)
    {
        while (true)
        {
            int multiplier = history.Multiplier;
            int next = settings.NextMultiplier(multiplier);
            if (history.TryChangeMultiplier(multiplier, next))
            {
                return next;
            }
        }
    }
}
