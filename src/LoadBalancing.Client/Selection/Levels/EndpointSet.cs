namespace LoadBalancing.Client;

/// <summary>
/// The immutable snapshot that requests read once: who is a member, and the levels with their pickers over those in service. A new one is built
/// aside for every change of membership or health and published by one write.
/// </summary>
internal sealed class EndpointSet
{
    /// <summary>From how many endpoints on it pays to fetch their memory ahead of their turns: fewer stay in the processor's caches by themselves.</summary>
    internal const int WorthPrefetching = 256;

    private readonly RandomSource _random;
    private readonly PanicRule _panic;
    private readonly SnapshotLevel _firstLevel;
    private readonly UpstreamEndpoint[] _candidates;
    private readonly bool _ignoresHealth;
    private readonly IForesightedPicker? _foresighted;

    /// <param name="endpoints">All members.</param>
    /// <param name="candidates">Those of them that may be picked at all, in service or not.</param>
    /// <param name="levels">The levels, those used first at the front; at least one.</param>
    /// <param name="acrossLevels">Chooses a level and lets it pick; null where there is only one.</param>
    /// <param name="strategy">Who built the pickers.</param>
    /// <param name="panic">When it is panic.</param>
    /// <param name="random">Where sudden panic draws from.</param>
    public EndpointSet(
        UpstreamEndpoint[] endpoints,
        UpstreamEndpoint[] candidates,
        SnapshotLevel[] levels,
        IEndpointPicker? acrossLevels,
        ILoadBalancingStrategy strategy,
        PanicRule panic,
        RandomSource random)
    {
        Endpoints = endpoints;
        Levels = levels;
        Strategy = strategy;
        _candidates = candidates;
        _firstLevel = levels[0];
        _panic = panic;
        _random = random;
        Picker = acrossLevels ?? _firstLevel.Picker;
        _foresighted = _firstLevel.Level.Endpoints.Count >= WorthPrefetching ? Picker as IForesightedPicker : null;
        _ignoresHealth = acrossLevels is null && _firstLevel.IgnoresHealth;
        InPanic = Array.Exists(levels, static level => level.Level.InPanic);
    }

    /// <summary>All members, in the order in which they were described, in service or not.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    /// <summary>The levels, those used first at the front.</summary>
    public SnapshotLevel[] Levels { get; }

    /// <summary>The level that is used first.</summary>
    public EndpointLevel FirstLevel => _firstLevel.Level;

    /// <summary>The strategy that built the pickers; another one must not be handed them to carry on from.</summary>
    public ILoadBalancingStrategy Strategy { get; }

    /// <summary>The picker of the only level, or one that chooses among several; null when nothing is in service and panic is off, or there are no members.</summary>
    public IEndpointPicker? Picker { get; }

    /// <summary>The ejected endpoints that requests are let through to when their time is up; null when there are none, or they return otherwise.</summary>
    public UpstreamEndpoint[]? TrialCandidates { get; init; }

    /// <summary>To be called before the next pick, because checks have stopped for want of traffic; usually null.</summary>
    public Action? ResumeHealthChecks { get; init; }

    /// <summary>Whether a pick is nothing but a pick.</summary>
    public bool CanPickDirectly => TrialCandidates is null && ResumeHealthChecks is null && !InPanic;

    /// <summary>Whether in some level so few are in service that it is panic.</summary>
    public bool InPanic { get; }

    /// <summary>Whether it is panic, and the requests that it falls on are refused for it.</summary>
    public bool FailsInPanic => InPanic && _panic.Traffic == PanicTraffic.Fail;

    public PanicRule Panic => _panic;

    /// <summary>Whether it is known whom the next picks will yield, and they are so many that their memory is not in the caches.</summary>
    public bool PrefetchesNext => _foresighted is not null;

    /// <summary>Whether a pick at this moment would yield anything.</summary>
    public bool CanPick => _panic.CanPickUnavailable ? _candidates.Length > 0 : Array.Exists(Levels, static level => level.HasAvailable);

    /// <summary>Whether a pick that yields nobody means that all are full. It is not asked whether somebody is: what was full during the pick may have room by now.</summary>
    public bool HasLimitedEndpoints => !FailsInPanic && Array.Exists(_candidates, endpoint => endpoint.IsLimited && (InPanic || endpoint.IsAvailable));

    /// <summary>Whether this endpoint, if it was picked here, was picked in panic.</summary>
    public bool IsInPanic(UpstreamEndpoint picked) => InPanic && (Levels.Length == 1 || picked.Assignment is { InPanic: true });

    /// <summary>
    /// An endpoint in service that the call has not tried, else one in service that it has, else, in panic, whom panic admits.
    /// </summary>
    public UpstreamEndpoint? Pick(in PickContext context)
    {
        if (context.Preferred is { } preferred && context.Admits(preferred))
        {
            return preferred;
        }

        if (Picker is not null)
        {
            UpstreamEndpoint? picked = _ignoresHealth ? _firstLevel.Pick(context) : Picker.Pick(context);
            if (picked is not null)
            {
                return picked;
            }

            if (context.TriedEndpoints is not null)
            {
                return Pick(context with { TriedEndpoints = null, Preferred = null });
            }
        }

        // Ejections that came after this snapshot can leave its picker empty-handed: the next snapshot, milliseconds away,
        // will be one of panic, and this request must not fail for being early.
        // Where somebody well is only full, nothing is sudden about it.
        return _panic.CanPickUnavailable && !Array.Exists(_candidates, static endpoint => endpoint.IsLimited && endpoint.IsAvailable) ? PickWhenAllUnavailable() : null;
    }

    /// <summary>An ejected endpoint whose time is up and that this attempt may go to, to see if it is well again; usually null.</summary>
    public UpstreamEndpoint? PickForTrial(in PickContext context, TimeProvider timeProvider)
    {
        // Who is where its session is stays there: elsewhere nobody knows it.
        if (context.Preferred is { } preferred && context.Admits(preferred))
        {
            return null;
        }

        long now = timeProvider.GetTimestamp();
        foreach (UpstreamEndpoint endpoint in TrialCandidates!)
        {
            if (endpoint.CurrentEjection is { } ejection
                && timeProvider.GetElapsedTime(ejection.StartedAt, now) >= ejection.Duration
                && !endpoint.Status.IsFailingHealthChecks
                && !context.Excludes(endpoint)
                && !endpoint.IsFull
                && ejection.TrialGate.TryEnter(context.IsRetryable, now))
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>Has the processor fetch the memory of whom the next picks will yield, if <see cref="PrefetchesNext"/>.</summary>
    public void PrefetchNext() => _foresighted?.PrefetchNext();

    private UpstreamEndpoint? PickWhenAllUnavailable()
    {
        if (_panic.Traffic == PanicTraffic.LastStanding)
        {
            return PanicRule.FindFirstToRestore(_candidates) is { IsFull: false } last ? last : null;
        }

        // Who has yet to pass a first check stays without traffic; his draw falls to the next.
        int drawn = _candidates.Length == 0 ? 0 : (int)(_random.NextUInt64() % (ulong)_candidates.Length);
        for (int i = 0; i < _candidates.Length; i++)
        {
            UpstreamEndpoint endpoint = _candidates[(drawn + i) % _candidates.Length];
            if (endpoint.Health != EndpointHealth.Untested && !endpoint.IsFull)
            {
                return endpoint;
            }
        }

        return null;
    }
}
