namespace LoadBalancing.Client;

/// <summary>Detects whether a cluster has traffic from the counters that its endpoints keep anyway, so that requests pay nothing for it.</summary>
internal sealed class IdleTimeTracker
{
    private readonly TimeProvider _timeProvider;
    private long _attempts;
    private long _lastSeen;

    public IdleTimeTracker(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _lastSeen = timeProvider.GetTimestamp();
    }

    /// <summary>The time since traffic was last seen, as exact as the calls to this method are frequent.</summary>
    public TimeSpan GetIdleTime(IReadOnlyCollection<UpstreamEndpoint> endpoints)
    {
        long attempts = endpoints.Sum(static endpoint => endpoint.Load.Succeeded + endpoint.Load.Failed + endpoint.Load.Neutral);
        if (attempts != _attempts || endpoints.Any(static endpoint => endpoint.InFlight > 0))
        {
            MarkActive();
        }

        _attempts = attempts;
        return _timeProvider.GetElapsedTime(_lastSeen);
    }

    public void MarkActive() => _lastSeen = _timeProvider.GetTimestamp();
}
