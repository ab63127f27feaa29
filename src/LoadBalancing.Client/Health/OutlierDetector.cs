using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Takes endpoints out of service that fail too often in a row, and brings them back. The rules are those of Envoy's outlier detection
/// (consecutive 5xx); two things are stricter: test, reset and ejection are one atomic step, so it is always exactly the n-th failure in a row
/// that ejects, and reports that began in an earlier life of the endpoint count for nothing.
/// </summary>
/// <remarks>
/// <code>
/// report:  failure --> streak + 1 --> = ConsecutiveErrors? --> slot under the cap? --> out, new generation   (all in the report)
/// sweep:   every Interval: out for long enough --> in, new generation; in for an interval --> one ejection forgiven
/// </code>
/// Reports run on the threads of requests and never wait. The sweep, which runs only while somebody is out or unforgiven, and changes of
/// membership come from the background and take a lock among themselves.
/// </remarks>
internal sealed class OutlierDetector : IHealthMonitor, IDisposable
{
    private const string Detector = "consecutive_errors";

    private readonly Lock _background = new();
    private readonly EjectionCap _cap = new();
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly IHealthEvents _events;
    private readonly ITimer _sweepTimer;
    private readonly long _epoch;
    private OutlierDetectionSettings _settings;
    private UpstreamEndpoint[] _members = [];
    private int _sweepArmed;
    private long _sweeps;
    private long _lastBeat;
    private bool _disposed;

    public OutlierDetector(OutlierDetectionSettings settings, IHealthEvents events, TimeProvider timeProvider, RandomSource random)
    {
        _settings = settings;
        _events = events;
        _timeProvider = timeProvider;
        _random = random;
        _epoch = timeProvider.GetTimestamp();
        using (ExecutionContext.SuppressFlow())
        {
            _sweepTimer = timeProvider.CreateTimer(static self => ((OutlierDetector)self!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>How many endpoints are out.</summary>
    public int Ejected => _cap.Ejected;

    private OutlierDetectionSettings Settings => Volatile.Read(ref _settings);

    /// <summary>Takes new settings. Ejections that are running keep their length.</summary>
    public void Configure(OutlierDetectionSettings settings)
    {
        lock (_background)
        {
            Volatile.Write(ref _settings, settings);
            Volatile.Write(ref _lastBeat, 0);
            if (Volatile.Read(ref _sweepArmed) != 0)
            {
                ArmSweep();
            }
        }
    }

    /// <summary>Takes the new membership. Those who left can no longer be ejected, and if they were they give back their slot.</summary>
    public void SetMembers(UpstreamEndpoint[] members, IEnumerable<UpstreamEndpoint> removed)
    {
        lock (_background)
        {
            Volatile.Write(ref _members, members);
            foreach (UpstreamEndpoint endpoint in removed)
            {
                Retire(endpoint);
            }
        }
    }

    public void OnSuccess(UpstreamEndpoint endpoint, uint generation)
    {
        EndpointStatus status = endpoint.Status;
        while (status.Streak != 0 && !status.IsClaimed && status.Generation == generation)
        {
            if (endpoint.TryChangeStatus(status, status.WithStreak(0)))
            {
                return;
            }

            status = endpoint.Status;
        }
    }

    public bool OnFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        OutlierDetectionSettings settings = Settings;
        if (settings.ConsecutiveErrors == 0)
        {
            return false;
        }

        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (status.IsOut || status.IsClaimed || status.Generation != generation)
            {
                return false;
            }

            // A threshold lowered by a reload may lie below the streak already reached.
            if (status.Streak + 1 >= settings.ConsecutiveErrors)
            {
                if (endpoint.TryChangeStatus(status, status.Claimed()))
                {
                    return TryEject(endpoint, status, settings, outcome);
                }
            }
            else if (endpoint.TryChangeStatus(status, status.WithStreak(status.Streak + 1)))
            {
                return false;
            }
        }
    }

    public void Dispose()
    {
        lock (_background)
        {
            _disposed = true;
            _sweepTimer.Dispose();
        }
    }

    /// <summary>Ejects an endpoint that the caller has claimed, unless the cap is reached or it has left the cluster meanwhile.</summary>
    private bool TryEject(UpstreamEndpoint endpoint, EndpointStatus status, OutlierDetectionSettings settings, in AttemptOutcome outcome)
    {
        EndpointStatus claimed = status.Claimed();
        uint streak = status.Streak + 1;
        string reason = streak == 1 ? $"1 failure: {outcome}" : string.Create(CultureInfo.InvariantCulture, $"{streak} failures in a row, the last: {outcome}");
        if (!_cap.TryReserve(settings.MostEjected(Volatile.Read(ref _members).Length)))
        {
            if (endpoint.TryChangeStatus(claimed, status.WithStreak(0)))
            {
                _events.OnEjectionRefused(new EjectionEvent(endpoint, Detector, reason, streak, streak, _timeProvider.GetUtcNow(), length: null));
            }

            return false;
        }

        EndpointStatus ejected = status.NextGeneration();
        if (!endpoint.TryChangeStatus(claimed, ejected))
        {
            _cap.Release();
            return false;
        }

        TimeSpan length = settings.EjectionTime(RaiseMultiplier(endpoint.History, settings)) + _random.NextBelow(settings.MaxEjectionTimeJitter);
        DateTimeOffset now = _timeProvider.GetUtcNow();
        endpoint.Record(new EjectionRecord(ejected.Generation, _timeProvider.GetTimestamp(), length, now + length, reason));
        if (Interlocked.Exchange(ref _sweepArmed, 1) == 0)
        {
            ArmSweep();
        }

        _events.OnEjected(new EjectionEvent(endpoint, Detector, reason, streak, streak, now, length));
        return true;
    }

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

    private void Retire(UpstreamEndpoint endpoint)
    {
        endpoint.MarkRemoved();
        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (status.IsOut)
            {
                _cap.Release();
                return;
            }

            // Out for good: a late report finds it out and leaves it alone.
            if (endpoint.TryChangeStatus(status, status.NextGeneration()))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Sets the timer for the next beat, a whole number of intervals since the start, so that sweeps keep their times whether or not each of them was needed.
    /// A timer that fires a little early must not lead to a second sweep on the same beat.
    /// </summary>
    private void ArmSweep()
    {
        TimeSpan interval = Settings.Interval;
        TimeSpan sinceStart = _timeProvider.GetElapsedTime(_epoch);
        long beat = Math.Max((sinceStart.Ticks / interval.Ticks) + 1, Volatile.Read(ref _lastBeat) + 1);
        if (!Volatile.Read(ref _disposed))
        {
            _sweepTimer.Change(TimeSpan.FromTicks(beat * interval.Ticks) - sinceStart, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        lock (_background)
        {
            if (_disposed)
            {
                return;
            }

            Volatile.Write(ref _sweepArmed, 0);
            _sweeps++;
            Volatile.Write(ref _lastBeat, (long)Math.Round(_timeProvider.GetElapsedTime(_epoch) / Settings.Interval));
            bool needed = false;
            foreach (UpstreamEndpoint endpoint in _members)
            {
                ReturnIfDue(endpoint);
            }

            foreach (UpstreamEndpoint endpoint in _members)
            {
                Forgive(endpoint);
                needed |= !endpoint.IsAvailable || endpoint.History.Multiplier > 0;
            }

            if (needed && Interlocked.Exchange(ref _sweepArmed, 1) == 0)
            {
                ArmSweep();
            }
        }
    }

    private void ReturnIfDue(UpstreamEndpoint endpoint)
    {
        EndpointStatus status = endpoint.Status;
        if (endpoint.CurrentEjection is { } ejection
            && _timeProvider.GetElapsedTime(ejection.StartedAt) >= ejection.Length
            && endpoint.TryChangeStatus(status, status.NextGeneration()))
        {
            endpoint.History.ReturnedInSweep = _sweeps;
            _cap.Release();
            _events.OnReturned(endpoint, _timeProvider.GetUtcNow());
        }
    }

    private void Forgive(UpstreamEndpoint endpoint)
    {
        EjectionHistory history = endpoint.History;
        int multiplier = history.Multiplier;
        if (multiplier > 0 && endpoint.IsAvailable && history.ReturnedInSweep < _sweeps)
        {
            history.TryChangeMultiplier(multiplier, multiplier - 1);
        }
    }
}
