namespace LoadBalancing.Client;

/// <summary>Carries out ejections and returns: keeps the cap, draws their lengths, and tells of them.</summary>
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

    /// <summary>How many endpoints are out.</summary>
    public int EjectedCount => _quota.Ejected;

    /// <summary>Ejects an endpoint that the caller has claimed, unless the cap is reached, chance spares it, or it has left the cluster meanwhile.</summary>
    /// <returns>False: the caller goes on holding the claim, if the endpoint is still in its life.</returns>
    public bool TryEject(UpstreamEndpoint endpoint, uint generation, in Detection detection, OutlierDetectionSettings settings, int members)
    {
        // First a look, then the draw, and only then the slot: one that is taken and given back could be missed by somebody else.
        int limit = settings.GetMaxEjected(members);
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

        TimeSpan length = settings.EjectionTime(RaiseMultiplier(endpoint.EjectionHistory, settings)) + _random.NextBelow(settings.MaxEjectionTimeJitter);
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

    /// <summary>Whether its time is up. Not before the ejecting thread has written down when that is.</summary>
    public bool IsDue(EjectionRecord ejection) => _timeProvider.GetElapsedTime(ejection.StartedAt) >= ejection.Duration;

    /// <summary>Brings an endpoint back, unless somebody else has, or it has left.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="generation">The ejection that is to end.</param>
    /// <param name="cause">What brings it back.</param>
    /// <param name="sweep">The number of the sweep of which it is to count as returned.</param>
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

    /// <summary>Lets an endpoint that has left the cluster be out for good; if it was ejected, it gives back its slot.</summary>
    public void Retire(UpstreamEndpoint endpoint)
    {
        endpoint.MarkRemoved();
        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (status.IsEjected)
            {
                // A probe that comes back just now must not return it, and with it the slot, a second time.
                if (endpoint.TryChangeStatus(status, status.NextGeneration().NextGeneration()))
                {
                    _quota.Release();
                    return;
                }
            }
            else if (endpoint.TryChangeStatus(status, status.NextGeneration()))
            {
                // A late report finds it out and leaves it alone.
                return;
            }
        }
    }

    private static bool TryBeginEjection(UpstreamEndpoint endpoint, uint generation, out uint ejected)
    {
        ejected = 0;
        while (true)
        {
            // Others go on counting while it is claimed, and active checks go on judging; only its leaving can take it from the claimant.
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
        new(endpoint, detection.Detector, detection.Reason, detection.Failures, detection.Attempts, _timeProvider.GetUtcNow(), length) { IsEnforced = isEnforced };

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
