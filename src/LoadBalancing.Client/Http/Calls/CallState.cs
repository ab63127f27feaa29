namespace LoadBalancing.Client;

/// <summary>
/// The state of a call that needs more than one attempt, has to wait, or is traced. A call whose first attempt succeeds without a wait does not
/// create one.
/// </summary>
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

    /// <summary>The span that records the attempts; null when there is no listener.</summary>
    public CallSpan? Span { get; init; }

    /// <summary>The endpoints of the attempts so far, in order; an endpoint that was tried twice is listed twice.</summary>
    public IReadOnlyList<UpstreamEndpoint> TriedEndpoints => _triedEndpoints;

    /// <summary>The remaining time of the call's timeout; infinite without a timeout, never negative.</summary>
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

    /// <summary>The timestamp at which the call times out. Valid only with a timeout.</summary>
    public long Deadline => _timeouts.DeadlineOf(_startedAt);

    /// <summary>The timeout of the current attempt.</summary>
    public TimeSpan AttemptTimeout { get; private set; }

    /// <summary>Whether a timeout of the current attempt is also the timeout of the call.</summary>
    public bool IsBoundByCallTimeout { get; private set; }

    /// <summary>Why a due retry was suppressed.</summary>
    public RetrySuppression RetrySuppression { get; set; }

    /// <summary>The remaining time that an attempt may wait for a permit. It starts with the first call of this method.</summary>
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

    /// <summary>Adds a first attempt that ran before the state was created.</summary>
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
