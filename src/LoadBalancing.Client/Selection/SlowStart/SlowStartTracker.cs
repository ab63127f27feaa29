namespace LoadBalancing.Client;

/// <summary>
/// Knows of each endpoint when it came or came back, and so which part of its weight it is up to. Looked at for each snapshot, and by a timer for as long as somebody ramps.
/// </summary>
/// <remarks>
/// <code>
/// joins, or returns: least share ... (time / window) ^ (1 / aggression) ... full
/// more than half of the weight in service ramps: whoever came first has ramped enough, with all who came at the same moment
/// </code>
/// Envoy ramps all hosts that are new to it, also when there are no others to carry the load meanwhile, and not those that return from an ejection. Not for several threads, but for the timer: whoever publishes holds the lock.
/// </remarks>
internal sealed class SlowStartTracker : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly Action _republish;
    private SlowStartSettings? _settings;
    private ITimer? _timer;
    private bool _hasSeenEndpoints;
    private int _era;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="renew">Asks for a new snapshot.</param>
    public SlowStartTracker(TimeProvider timeProvider, Action renew)
    {
        _timeProvider = timeProvider;
        _republish = renew;
    }

    /// <summary>Takes settings into force; null: nobody ramps. Switched on, it holds for those who come from then on.</summary>
    public void Configure(SlowStartSettings? settings)
    {
        if (_settings is null)
        {
            // Nobody has looked meanwhile: what was noted before is of no use any more.
            _hasSeenEndpoints = false;
            _era++;
        }

        _settings = settings;
        if (settings is null)
        {
            Dispose();
        }
    }

    /// <summary>The part of its weight that each endpoint is up to.</summary>
    public SlowStartWeights ComputeWeights(UpstreamEndpoint[] endpoints)
    {
        if (_settings is not { } settings)
        {
            return SlowStartWeights.None;
        }

        long now = _timeProvider.GetTimestamp();
        bool isFirst = !_hasSeenEndpoints;
        _hasSeenEndpoints |= endpoints.Length > 0;
        List<(UpstreamEndpoint Endpoint, long Since)> ramping = [];
        double total = 0;
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            SlowStartState state = UpdateState(endpoint, now, isFirst);
            if (!endpoint.IsAvailable)
            {
                continue;
            }

            total += endpoint.Weight;
            if (state.IsInSlowStart && _timeProvider.GetElapsedTime(state.Since, now) < settings.Window)
            {
                ramping.Add((endpoint, state.Since));
            }
            else
            {
                state.IsInSlowStart = false;
            }
        }

        EndSlowStartAboveHalf(ramping, total);
        Schedule(ramping.Count > 0 ? settings.UpdateInterval : Timeout.InfiniteTimeSpan);
        return ramping.Count == 0
            ? SlowStartWeights.None
            : new SlowStartWeights(ramping.ToDictionary(static ramp => ramp.Endpoint, ramp => settings.WeightFractionAfter(_timeProvider.GetElapsedTime(ramp.Since, now))));
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private SlowStartState UpdateState(UpstreamEndpoint endpoint, long now, bool isFirst)
    {
        if (endpoint.SelectionState is not SlowStartState state || state.Era != _era)
        {
            // Of the first list nobody is new: there is no one to compare with. That one of them has yet to pass a first check does not make it so.
            state = new SlowStartState { Era = _era, WasInService = isFirst, Generation = endpoint.Status.Generation };
            endpoint.SelectionState = state;
        }

        EndpointStatus status = endpoint.Status;
        bool isInService = !status.IsUnavailable;
        if (isInService && (!state.WasInService || state.Generation != status.Generation))
        {
            state.IsInSlowStart = true;
            state.Since = now;
        }

        if (isInService || endpoint.Health != EndpointHealth.Untested)
        {
            state.WasInService = isInService;
        }

        state.Generation = status.Generation;
        return state;
    }

    private static void EndSlowStartAboveHalf(List<(UpstreamEndpoint Endpoint, long Since)> ramping, double total)
    {
        double weight = ramping.Sum(static ramp => ramp.Endpoint.Weight);
        while (ramping.Count > 0 && weight > total / 2)
        {
            long oldest = ramping.Min(static ramp => ramp.Since);
            foreach ((UpstreamEndpoint endpoint, long since) in ramping)
            {
                if (since == oldest)
                {
                    ((SlowStartState)endpoint.SelectionState!).IsInSlowStart = false;
                    weight -= endpoint.Weight;
                }
            }

            ramping.RemoveAll(ramp => ramp.Since == oldest);
        }
    }

    private void Schedule(TimeSpan after)
    {
        if (_timer is null && after != Timeout.InfiniteTimeSpan)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _timer = _timeProvider.CreateTimer(static renew => ((Action)renew!)(), _republish, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _timer?.Change(after, Timeout.InfiniteTimeSpan);
    }

    private sealed class SlowStartState
    {
        public int Era { get; init; }

        public bool WasInService { get; set; }

        public bool IsInSlowStart { get; set; }

        public long Since { get; set; }

        public uint Generation { get; set; }
    }
}
