namespace LoadBalancing.Client;

/// <summary>
/// Checks the endpoints of a cluster beside its requests. Each endpoint has its own rhythm; without traffic all of them slow down, and after a while they stop.
/// </summary>
/// <remarks>
/// <code>
/// traffic       every Interval, or as the endpoint's state says
/// no traffic    every NoTrafficInterval
/// ... for long  no checks; the next request wakes the checker: results are unknown, checks begin at once
/// </code>
/// What checks say takes effect in the endpoint's status, like an ejection: pickers pass over it from then on. Results are taken one at a time.
/// </remarks>
internal sealed class HealthChecker : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UpstreamEndpoint, EndpointProber> _probers = [];
    private readonly IdleTimeTracker _traffic;
    private readonly IHealthCheckEvents _events;
    private readonly RandomSource _random;
    private bool _stopped;

    public HealthChecker(HealthCheckSettings settings, IHealthProbe probe, IHealthCheckEvents events, TimeProvider timeProvider, RandomSource random, Func<Func<Task<ProbeResult>>, Task<ProbeResult>> run)
    {
        RunProbe = run;
        Settings = settings;
        Probe = probe;
        TimeProvider = timeProvider;
        _events = events;
        _random = random;
        _traffic = new IdleTimeTracker(timeProvider);
    }

    public HealthCheckSettings Settings { get; }

    public IHealthProbe Probe { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>How a probe is begun.</summary>
    public Func<Func<Task<ProbeResult>>, Task<ProbeResult>> RunProbe { get; }

    /// <summary>Whether there are no checks for want of traffic.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>Takes the new membership: who joined is checked from now on, who left no more.</summary>
    public void SetEndpoints(UpstreamEndpoint[] members)
    {
        lock (_lock)
        {
            foreach (UpstreamEndpoint gone in _probers.Keys.Except(members).ToArray())
            {
                _probers.Remove(gone, out EndpointProber? check);
                check!.Dispose();
            }

            foreach (UpstreamEndpoint joined in members.Where(member => !_probers.ContainsKey(member)))
            {
                var check = new EndpointProber(this, joined);
                _probers.Add(joined, check);
                ResetHealth(check);
                if (!_stopped)
                {
                    check.Schedule(FirstDelay());
                }
            }
        }
    }

    /// <summary>A request came after a time without: what was found before it is unknown, and everybody is checked at once.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            if (!_stopped)
            {
                return;
            }

            Volatile.Write(ref _stopped, false);
            _traffic.MarkActive();
            foreach (EndpointProber check in _probers.Values)
            {
                ResetHealth(check);
                check.Schedule(TimeSpan.Zero);
            }
        }

        _events.OnChecksResumed();
    }

    /// <summary>A check came to an end.</summary>
    public void RecordResult(EndpointProber check, ProbeResult result)
    {
        bool hasTurned;
        bool hasStopped = false;
        lock (_lock)
        {
            if (check.IsStopped)
            {
                return;
            }

            hasTurned = check.State.Record(result);
            ApplyResult(check, result);
            TimeSpan idle = _traffic.GetIdleTime(_probers.Keys);
            if (Settings.StopAfter != Timeout.InfiniteTimeSpan && idle >= Settings.StopAfter)
            {
                hasStopped = !_stopped;
                Volatile.Write(ref _stopped, true);
            }
            else if (!_stopped)
            {
                check.Schedule(NextDelay(check.State, idle));
            }
        }

        _events.OnProbed(check.Endpoint, result);
        if (hasTurned)
        {
            _events.OnHealthChanged(check.Endpoint, result);
        }

        if (result.IsHealthy && Settings.RestoreOnPass)
        {
            _events.OnRestoreRequested(check.Endpoint);
        }

        if (hasStopped)
        {
            _events.OnChecksStopped();
        }
    }

    /// <summary>Ends all checks. What they held against endpoints is forgotten, and no request wakes them again.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Volatile.Write(ref _stopped, false);
            foreach (EndpointProber check in _probers.Values)
            {
                check.Dispose();
                check.Endpoint.HealthCheckStatus = null;
                check.Endpoint.SetFailingHealthChecks(false);
            }
        }
    }

    /// <summary>Writes what the checks have come to into the endpoint, where pickers and people see it. The reason stays that of the last failure, also after a pass that is not yet enough.</summary>
    private static void ApplyResult(EndpointProber check, ProbeResult result)
    {
        bool isFailing = check.State.IsHealthy == false;
        string? reason = result.IsHealthy ? check.Endpoint.HealthCheckStatus?.Reason : $"its health check failed: {result.Reason}";
        check.Endpoint.HealthCheckStatus = new HealthCheckStatus(result, reason, IsAwaitingFirstResult: false);
        check.Endpoint.SetFailingHealthChecks(isFailing);
    }

    private void ResetHealth(EndpointProber check)
    {
        check.State.Reset();
        check.Endpoint.HealthCheckStatus = new HealthCheckStatus(LastResult: null, "it has not yet passed a health check", IsAwaitingFirstResult: true);
        check.Endpoint.SetFailingHealthChecks(Settings.StartUnhealthy);
    }

    /// <summary>Clients that start together do not check together; where traffic waits for the result, there is no time for that.</summary>
    private TimeSpan FirstDelay() => Settings.StartUnhealthy ? TimeSpan.Zero : _random.NextBelow(Settings.Interval);

    private TimeSpan NextDelay(HealthTracker state, TimeSpan idle)
    {
        TimeSpan interval = state.Interval;
        if (idle >= Settings.Interval && Settings.NoTrafficInterval > interval)
        {
            interval = Settings.NoTrafficInterval;
        }

        return interval + _random.NextBelow(interval * (Settings.IntervalJitterPercent / 100));
    }
}
