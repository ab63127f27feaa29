namespace LoadBalancing.Client;

/// <summary>
/// Probes the endpoints of a cluster independently of its requests. Each endpoint has its own interval; without traffic all intervals grow, and after
/// a while health checks stop.
/// </summary>
/// <remarks>
/// <code>
/// traffic       every Interval, or the interval of the endpoint's state
/// no traffic    every NoTrafficInterval
/// ... for long  no probes; the next request resumes the checker: results are unknown, probes start immediately
/// </code>
/// Results take effect in the endpoint's status, like an ejection: from then on pickers skip an unhealthy endpoint. Results are processed one at a time.
/// </remarks>
internal sealed class HealthChecker : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UpstreamEndpoint, EndpointProber> _probers = [];
    private readonly IdleTimeTracker _traffic;
    private readonly IHealthCheckEvents _events;
    private readonly RandomSource _random;
    private bool _stopped;

    public HealthChecker(
        HealthCheckSettings settings,
        IHealthProbe probe,
        IHealthCheckEvents events,
        TimeProvider timeProvider,
        RandomSource random,
        BackgroundGuard guard,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>> run)
    {
        RunProbe = run;
        Guard = guard;
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

    /// <summary>Runs what follows from a probe, where an exception would end the loop of its endpoint.</summary>
    public BackgroundGuard Guard { get; }

    /// <summary>Starts a probe.</summary>
    public Func<Func<Task<ProbeResult>>, Task<ProbeResult>> RunProbe { get; }

    /// <summary>Whether health checks have stopped because there is no traffic.</summary>
    public bool IsStopped => Volatile.Read(ref _stopped);

    /// <summary>Applies a new set of endpoints: starts probing added endpoints and stops probing removed ones.</summary>
    public void SetEndpoints(UpstreamEndpoint[] endpoints)
    {
        lock (_lock)
        {
            foreach (UpstreamEndpoint removed in _probers.Keys.Except(endpoints).ToArray())
            {
                _probers.Remove(removed, out EndpointProber? prober);
                prober!.Dispose();
            }

            UpstreamEndpoint[] added = [.. endpoints.Where(endpoint => !_probers.ContainsKey(endpoint))];
            foreach (UpstreamEndpoint endpoint in added)
            {
                var prober = new EndpointProber(this, endpoint);
                _probers.Add(endpoint, prober);
                ResetHealth(prober);
            }

            // Only then: a clock of a test may run the first probe here and now, and its result must find all of them waiting for theirs.
            foreach (UpstreamEndpoint endpoint in _stopped ? [] : added)
            {
                _probers[endpoint].Schedule(FirstDelay());
            }
        }
    }

    /// <summary>Called by the first request after health checks have stopped: resets all results to unknown and probes all endpoints immediately.</summary>
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
            foreach (EndpointProber prober in _probers.Values)
            {
                ResetHealth(prober);
                prober.Schedule(TimeSpan.Zero);
            }
        }

        _events.OnChecksResumed();
    }

    /// <summary>Processes the result of a probe.</summary>
    public void RecordResult(EndpointProber prober, ProbeResult result)
    {
        bool hasTurned;
        bool hasStopped = false;
        lock (_lock)
        {
            if (prober.IsStopped)
            {
                return;
            }

            hasTurned = prober.State.Record(result);
            ApplyResult(prober, result);
            TimeSpan idle = _traffic.GetIdleTime(_probers.Keys);
            if (Settings.StopAfter != Timeout.InfiniteTimeSpan && idle >= Settings.StopAfter)
            {
                hasStopped = !_stopped;
                Volatile.Write(ref _stopped, true);
            }
            else if (!_stopped)
            {
                prober.Schedule(NextDelay(prober.State, idle));
            }
        }

        Guard.Run(BackgroundWork.HealthCheck, () => _events.OnProbed(prober.Endpoint, result));
        if (hasTurned)
        {
            _events.OnHealthChanged(prober.Endpoint, result);
        }

        if (result.IsHealthy && Settings.RestoreOnPass)
        {
            _events.OnRestoreRequested(prober.Endpoint);
        }

        if (hasStopped)
        {
            _events.OnChecksStopped();
        }
    }

    /// <summary>Stops all probes, clears the health check state of the endpoints, and makes resuming impossible.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Volatile.Write(ref _stopped, false);
            foreach (EndpointProber prober in _probers.Values)
            {
                prober.Dispose();
                prober.Endpoint.HealthCheckStatus = null;
                prober.Endpoint.SetFailingHealthChecks(false);
            }
        }
    }

    /// <summary>
    /// Writes the health into the endpoint, where pickers and diagnostics read it. The reason stays that of the last failure, even after a pass that
    /// does not yet reach the threshold.
    /// </summary>
    private static void ApplyResult(EndpointProber prober, ProbeResult result)
    {
        bool isFailing = prober.State.IsHealthy == false;
        string? reason = result.IsHealthy ? prober.Endpoint.HealthCheckStatus?.Reason : $"its health check failed: {result.Reason}";
        prober.Endpoint.HealthCheckStatus = new HealthCheckStatus(result, reason, IsAwaitingFirstResult: false);
        prober.Endpoint.SetFailingHealthChecks(isFailing);
    }

    private void ResetHealth(EndpointProber prober)
    {
        prober.State.Reset();
        prober.Endpoint.HealthCheckStatus = new HealthCheckStatus(LastResult: null, "it has not yet passed a health check", IsAwaitingFirstResult: true);
        prober.Endpoint.SetFailingHealthChecks(Settings.StartUnhealthy);
    }

    /// <summary>
    /// Spreads the first probes of clients that start simultaneously. Where requests wait for the first result, the probe is sent without delay.
    /// </summary>
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
