namespace LoadBalancing.Client;

/// <summary>What a call knows of itself once it needs more than one attempt, or has to wait. Calls that go well at once never make one.</summary>
internal sealed class CallState
{
    private readonly List<UpstreamEndpoint> _tried = [];
    private readonly long _startedAt;

    public CallState(RequestPlan plan, long startedAt)
    {
        Plan = plan;
        _startedAt = startedAt;
    }

    public RequestPlan Plan { get; }

    /// <summary>The endpoints of the attempts so far, in order; one that was tried twice stands there twice.</summary>
    public IReadOnlyList<UpstreamEndpoint> Tried => _tried;

    /// <summary>What is left of the whole time; infinite without a limit, never below zero.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            if (Plan.Timeout == Timeout.InfiniteTimeSpan)
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan left = Plan.Timeout - Plan.TimeProvider.GetElapsedTime(_startedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void AddTried(UpstreamEndpoint? endpoint)
    {
        if (endpoint is not null)
        {
            _tried.Add(endpoint);
        }
    }
}
