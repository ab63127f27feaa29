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
internal sealed class ActiveChecker : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UpstreamEndpoint, EndpointCheck> _checks = [];
    private readonly TrafficWatch _traffic;
    private readonly ICheckEvents _events;
    private readonly RandomSource _random;
    private bool _asleep;

    public ActiveChecker(ActiveCheckSettings settings, IHealthProbe probe, ICheckEvents events, TimeProvider timeProvider, RandomSource random, Func<Func<Task<ProbeResult>>, Task<ProbeResult>> run)
    {
        Run = run;
        Settings = settings;
        Probe = probe;
        TimeProvider = timeProvider;
        _events = events;
        _random = random;
        _traffic = new TrafficWatch(timeProvider);
    }

    public ActiveCheckSettings Settings { get; }

    public IHealthProbe Probe { get; }

    public TimeProvider TimeProvider { get; }

    /// <summary>How a probe is begun.</summary>
    public Func<Func<Task<ProbeResult>>, Task<ProbeResult>> Run { get; }

    /// <summary>Whether there are no checks for want of traffic.</summary>
    public bool IsAsleep => Volatile.Read(ref _asleep);

    /// <summary>Takes the new membership: who joined is checked from now on, who left no more.</summary>
    public void SetMembers(UpstreamEndpoint[] members)
    {
        lock (_lock)
        {
            foreach (UpstreamEndpoint gone in _checks.Keys.Except(members).ToArray())
            {
                _checks.Remove(gone, out EndpointCheck? check);
                check!.Dispose();
            }

            foreach (UpstreamEndpoint joined in members.Where(member => !_checks.ContainsKey(member)))
            {
                var check = new EndpointCheck(this, joined);
                _checks.Add(joined, check);
                Forget(check);
                if (!_asleep)
                {
                    check.Schedule(FirstDelay());
                }
            }
        }
    }

    /// <summary>A request came after a time without: what was found before it is unknown, and everybody is checked at once.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            if (!_asleep)
            {
                return;
            }

            Volatile.Write(ref _asleep, false);
            _traffic.Notice();
            foreach (EndpointCheck check in _checks.Values)
            {
                Forget(check);
                check.Schedule(TimeSpan.Zero);
            }
        }

        _events.OnChecksWoken();
    }

    /// <summary>A check came to an end.</summary>
    public void Take(EndpointCheck check, ProbeResult result)
    {
        bool hasTurned;
        bool hasStopped = false;
        lock (_lock)
        {
            if (check.IsOver)
            {
                return;
            }

            hasTurned = check.State.Take(result);
            Tell(check, result);
            TimeSpan idle = _traffic.Look(_checks.Keys);
            if (Settings.StopAfter != Timeout.InfiniteTimeSpan && idle >= Settings.StopAfter)
            {
                hasStopped = !_asleep;
                Volatile.Write(ref _asleep, true);
            }
            else if (!_asleep)
            {
                check.Schedule(NextDelay(check.State, idle));
            }
        }

        _events.OnChecked(check.Endpoint, result);
        if (hasTurned)
        {
            _events.OnCheckTurned(check.Endpoint, result);
        }

        if (result.HasPassed && Settings.ReturnOnPass)
        {
            _events.OnPassReturns(check.Endpoint);
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
            Volatile.Write(ref _asleep, false);
            foreach (EndpointCheck check in _checks.Values)
            {
                check.Dispose();
                check.Endpoint.Check = null;
                check.Endpoint.SetFailingChecks(false);
            }
        }
    }

    /// <summary>Writes what the checks have come to into the endpoint, where pickers and people see it. The reason stays that of the last failure, also after a pass that is not yet enough.</summary>
    private static void Tell(EndpointCheck check, ProbeResult result)
    {
        bool isFailing = check.State.IsHealthy == false;
        string? reason = result.HasPassed ? check.Endpoint.Check?.Reason : $"its health check failed: {result.Reason}";
        check.Endpoint.Check = new CheckRecord(result.ToString(), reason, IsFirstAwaited: false);
        check.Endpoint.SetFailingChecks(isFailing);
    }

    private void Forget(EndpointCheck check)
    {
        check.State.Forget();
        check.Endpoint.Check = new CheckRecord(Result: null, "it has not yet passed a health check", IsFirstAwaited: true);
        check.Endpoint.SetFailingChecks(Settings.StartUnhealthy);
    }

    /// <summary>Clients that start together do not check together; where traffic waits for the result, there is no time for that.</summary>
    private TimeSpan FirstDelay() => Settings.StartUnhealthy ? TimeSpan.Zero : _random.NextBelow(Settings.Interval);

    private TimeSpan NextDelay(CheckState state, TimeSpan idle)
    {
        TimeSpan interval = state.Interval;
        if (idle >= Settings.Interval && Settings.NoTrafficInterval > interval)
        {
            interval = Settings.NoTrafficInterval;
        }

        return interval + _random.NextBelow(interval * (Settings.IntervalJitterPercent / 100));
    }
}
