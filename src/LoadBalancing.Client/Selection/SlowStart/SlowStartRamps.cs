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
internal sealed class SlowStartRamps : IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly Action _renew;
    private RampSettings? _settings;
    private ITimer? _timer;
    private bool _hasSeenSomebody;
    private int _era;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="renew">Asks for a new snapshot.</param>
    public SlowStartRamps(TimeProvider timeProvider, Action renew)
    {
        _timeProvider = timeProvider;
        _renew = renew;
    }

    /// <summary>Takes settings into force; null: nobody ramps. Switched on, it holds for those who come from then on.</summary>
    public void Configure(RampSettings? settings)
    {
        if (_settings is null)
        {
            // Nobody has looked meanwhile: what was noted before is of no use any more.
            _hasSeenSomebody = false;
            _era++;
        }

        _settings = settings;
        if (settings is null)
        {
            Dispose();
        }
    }

    /// <summary>The part of its weight that each endpoint is up to.</summary>
    public RampWeights Look(UpstreamEndpoint[] endpoints)
    {
        if (_settings is not { } settings)
        {
            return RampWeights.None;
        }

        long now = _timeProvider.GetTimestamp();
        bool isFirst = !_hasSeenSomebody;
        _hasSeenSomebody |= endpoints.Length > 0;
        List<(UpstreamEndpoint Endpoint, long Since)> ramping = [];
        double total = 0;
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            RampState state = Note(endpoint, now, isFirst);
            if (!endpoint.IsAvailable)
            {
                continue;
            }

            total += endpoint.Weight;
            if (state.IsRamping && _timeProvider.GetElapsedTime(state.Since, now) < settings.Window)
            {
                ramping.Add((endpoint, state.Since));
            }
            else
            {
                state.IsRamping = false;
            }
        }

        ReleaseMoreThanHalf(ramping, total);
        Schedule(ramping.Count > 0 ? settings.Step : Timeout.InfiniteTimeSpan);
        return ramping.Count == 0
            ? RampWeights.None
            : new RampWeights(ramping.ToDictionary(static ramp => ramp.Endpoint, ramp => settings.ShareAfter(_timeProvider.GetElapsedTime(ramp.Since, now))));
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private RampState Note(UpstreamEndpoint endpoint, long now, bool isFirst)
    {
        if (endpoint.SelectionState is not RampState state || state.Era != _era)
        {
            // Of the first list nobody is new: there is no one to compare with. That one of them has yet to pass a first check does not make it so.
            state = new RampState { Era = _era, WasInService = isFirst, Generation = endpoint.Status.Generation };
            endpoint.SelectionState = state;
        }

        EndpointStatus status = endpoint.Status;
        bool isInService = !status.IsOut;
        if (isInService && (!state.WasInService || state.Generation != status.Generation))
        {
            state.IsRamping = true;
            state.Since = now;
        }

        if (isInService || endpoint.Health != EndpointHealth.Untested)
        {
            state.WasInService = isInService;
        }

        state.Generation = status.Generation;
        return state;
    }

    private static void ReleaseMoreThanHalf(List<(UpstreamEndpoint Endpoint, long Since)> ramping, double total)
    {
        double weight = ramping.Sum(static ramp => ramp.Endpoint.Weight);
        while (ramping.Count > 0 && weight > total / 2)
        {
            long oldest = ramping.Min(static ramp => ramp.Since);
            foreach ((UpstreamEndpoint endpoint, long since) in ramping)
            {
                if (since == oldest)
                {
                    ((RampState)endpoint.SelectionState!).IsRamping = false;
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
                _timer = _timeProvider.CreateTimer(static renew => ((Action)renew!)(), _renew, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        _timer?.Change(after, Timeout.InfiniteTimeSpan);
    }

    private sealed class RampState
    {
        public int Era { get; init; }

        public bool WasInService { get; set; }

        public bool IsRamping { get; set; }

        public long Since { get; set; }

        public uint Generation { get; set; }
    }
}
