namespace LoadBalancing.Client;

/// <summary>What a call knows of itself once it needs more than one attempt, has to wait, or is traced. Calls that go well at once never make one.</summary>
internal sealed class CallState
{
    private readonly List<UpstreamEndpoint> _triedEndpoints = [];
    private readonly TimeoutPolicy _timeouts;
    private readonly long _startedAt;
    private long? _pendingSince;

    public CallState(TimeoutPolicy timeouts, long startedAt)
    {
        _timeouts = timeouts;
        _startedAt = startedAt;
    }

    /// <summary>What the attempts are noted in; null when nobody listens.</summary>
    public CallSpan? Span { get; init; }

    /// <summary>The endpoints of the attempts so far, in order; one that was tried twice stands there twice.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints => _triedEndpoints;

    /// <summary>What is left of the whole time; infinite without a limit, never below zero.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            if (_timeouts.Timeout == Timeout.InfiniteTimeSpan)
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan left = _timeouts.Timeout - _timeouts.TimeProvider.GetElapsedTime(_startedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The timestamp at which the whole time is over. Only asked where there is a limit.</summary>
    public long Deadline => _timeouts.DeadlineOf(_startedAt);

    /// <summary>The time that the attempt under way may take.</summary>
    public TimeSpan AttemptTimeout { get; private set; }

    /// <summary>Whether the attempt under way, if it runs out of time, has used up the time of the whole call.</summary>
    public bool IsBoundByCallTimeout { get; private set; }

    /// <summary>Why a retry that was due was not made.</summary>
    public RetrySuppression RetrySuppression { get; set; }

    /// <summary>What is left of the time that an attempt may wait for a permit, which begins with the first question.</summary>
    public TimeSpan PendingTimeLeft(TimeSpan pendingTimeout)
    {
        if (pendingTimeout == Timeout.InfiniteTimeSpan)
        {
            return pendingTimeout;
        }

        long now = _timeouts.TimeProvider.GetTimestamp();
        _pendingSince ??= now;
        TimeSpan left = pendingTimeout - _timeouts.TimeProvider.GetElapsedTime(_pendingSince.Value, now);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Adds a first attempt that was made before the call had a state.</summary>
    public void AddFirstAttempt(UpstreamEndpoint? endpoint)
    {
        if (_triedEndpoints.Count == 0 && endpoint is not null)
        {
            _triedEndpoints.Add(endpoint);
        }
    }

    public void BeginAttempt(UpstreamEndpoint endpoint)
    {
        _triedEndpoints.Add(endpoint);
        _pendingSince = null;
        TimeSpan left = TimeLeft;
        AttemptTimeout = TimeoutPolicy.Shorter(left, _timeouts.PerTryTimeout);
        IsBoundByCallTimeout = AttemptTimeout == left;
    }
}
