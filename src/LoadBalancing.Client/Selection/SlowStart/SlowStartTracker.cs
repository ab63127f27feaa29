namespace LoadBalancing.Client;

/// <summary>
/// Tracks when each endpoint joined or was restored, and so its fraction of its weight. Evaluated for each snapshot, and by a timer while any endpoint is in
/// slow start.
/// </summary>
/// <remarks>
/// <code>
/// joins, or is restored: minimum ... (time / window) ^ (1 / aggression) ... full
/// more than half of the available weight in slow start: it ends early for the endpoints that started first
/// </code>
/// Envoy applies slow start to all hosts that are new to it, even without others to carry the load meanwhile, and not to those restored from an ejection. Not
/// thread-safe, except for the timer: the cluster's publisher holds the lock.
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
    /// <param name="republish">Requests a new snapshot.</param>
    public SlowStartTracker(TimeProvider timeProvider, Action republish)
    {
        _timeProvider = timeProvider;
        _republish = republish;
    }

    /// <summary>Applies settings; null: no slow start. When switched on, it affects endpoints that join or are restored afterwards.</summary>
    public void Configure(SlowStartSettings? settings)
    {
        if (_settings is null)
        {
            // No state was updated meanwhile: what was recorded before is obsolete.
            _hasSeenEndpoints = false;
            _era++;
        }

        _settings = settings;
        if (settings is null)
        {
            Dispose();
        }
    }

    /// <summary>The fraction of its weight that each endpoint has.</summary>
    public SlowStartWeights ComputeWeights(UpstreamEndpoint[] endpoints)
    {
        if (_settings is not { } settings)
        {
            return SlowStartWeights.None;
        }

        long now = _timeProvider.GetTimestamp();
        bool isFirst = !_hasSeenEndpoints;
        _hasSeenEndpoints |= endpoints.Length > 0;
        List<(UpstreamEndpoint Endpoint, long Since)> starting = [];
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
                starting.Add((endpoint, state.Since));
            }
            else
            {
                state.IsInSlowStart = false;
            }
        }

        EndSlowStartAboveHalf(starting, total);
        Schedule(starting.Count > 0 ? settings.UpdateInterval : Timeout.InfiniteTimeSpan);
        return starting.Count == 0
            ? SlowStartWeights.None
            : new SlowStartWeights(
                starting.ToDictionary(static start => start.Endpoint, start => settings.WeightFractionAfter(_timeProvider.GetElapsedTime(start.Since, now))));
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
            // Endpoints of the first update are not new: there are no others to carry the load. One that has yet to pass its first health check is not new
            // either.
            state = new SlowStartState { Era = _era, WasAvailable = isFirst, Generation = endpoint.Status.Generation };
            endpoint.SelectionState = state;
        }

        EndpointStatus status = endpoint.Status;
        bool isAvailable = !status.IsUnavailable;
        if (isAvailable && (!state.WasAvailable || state.Generation != status.Generation))
        {
            state.IsInSlowStart = true;
            state.Since = now;
        }

        if (isAvailable || endpoint.Health != EndpointHealth.Untested)
        {
            state.WasAvailable = isAvailable;
        }

        state.Generation = status.Generation;
        return state;
    }

    private static void EndSlowStartAboveHalf(List<(UpstreamEndpoint Endpoint, long Since)> starting, double total)
    {
        double weight = starting.Sum(static start => start.Endpoint.Weight);
        while (starting.Count > 0 && weight > total / 2)
        {
            long oldest = starting.Min(static start => start.Since);
            foreach ((UpstreamEndpoint endpoint, long since) in starting)
            {
                if (since == oldest)
                {
                    ((SlowStartState)endpoint.SelectionState!).IsInSlowStart = false;
                    weight -= endpoint.Weight;
                }
            }

            starting.RemoveAll(start => start.Since == oldest);
        }
    }

    private void Schedule(TimeSpan after)
    {
        if (_timer is null && after != Timeout.InfiniteTimeSpan)
        {
            using (ExecutionContext.SuppressFlow())
            {
                _timer = _timeProvider.CreateTimer(
                    static republish => ((Action)republish!)(),
                    _republish,
                    Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan);
            }
        }

        _timer?.Change(after, Timeout.InfiniteTimeSpan);
    }

    private sealed class SlowStartState
    {
        public int Era { get; init; }

        public bool WasAvailable { get; set; }

        public bool IsInSlowStart { get; set; }

        public long Since { get; set; }

        public uint Generation { get; set; }
    }
}
