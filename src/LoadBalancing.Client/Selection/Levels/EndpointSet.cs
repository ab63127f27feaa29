namespace LoadBalancing.Client;

/// <summary>
/// The immutable snapshot that each request reads once: the endpoints of a cluster, and the levels with their pickers. For every change of endpoints or health
/// a new one is
/// built and published by one write.
/// </summary>
internal sealed class EndpointSet
{
    /// <summary>The number of endpoints from which prefetching pays: fewer stay in the processor's caches anyway.</summary>
    internal const int WorthPrefetching = 256;

    private readonly RandomSource _random;
    private readonly PanicRule _panic;
    private readonly SnapshotLevel _firstLevel;
    private readonly UpstreamEndpoint[] _candidates;
    private readonly bool _ignoresHealth;

    /// <summary>Shared by the endpoints of one cluster, and by no other.</summary>
    private readonly AvailabilityVersion? _availabilityVersion;
    private readonly IForesightedPicker? _foresighted;

    /// <param name="endpoints">All endpoints of the cluster.</param>
    /// <param name="candidates">Those that may be picked, available or not: the endpoints of all levels.</param>
    /// <param name="levels">The levels, in the order of use; at least one.</param>
    /// <param name="acrossLevels">Picks across levels; null where there is only one.</param>
    /// <param name="strategy">The strategy that built the pickers.</param>
    /// <param name="panic">The panic rule.</param>
    /// <param name="random">The source of draws in sudden panic.</param>
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
        _availabilityVersion = endpoints.Length == 0 ? null : endpoints[0].AvailabilityVersion;
        _firstLevel = levels[0];
        _panic = panic;
        _random = random;
        Picker = acrossLevels ?? _firstLevel.Picker;
        _foresighted = _firstLevel.Level.Endpoints.Count >= WorthPrefetching ? Picker as IForesightedPicker : null;
        _ignoresHealth = acrossLevels is null && _firstLevel.IgnoresHealth;
        InPanic = Array.Exists(levels, static level => level.Level.InPanic);
    }

    /// <summary>All endpoints, available or not, in the order of their descriptions.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    /// <summary>The levels, in the order of use.</summary>
    public SnapshotLevel[] Levels { get; }

    /// <summary>The level that is used first.</summary>
    public EndpointLevel FirstLevel => _firstLevel.Level;

    /// <summary>The last pickers of all levels, from which the next snapshot continues.</summary>
    public required LevelPickers Pickers { get; init; }

    /// <summary>The strategy that built the pickers.</summary>
    public ILoadBalancingStrategy Strategy { get; }

    /// <summary>The picker of the only level, or one that picks across levels; null without endpoints, or when none is available and panic is off.</summary>
    public IEndpointPicker? Picker { get; }

    /// <summary>The ejected endpoints that admit trial requests when their time is over; null when there are none, or they are restored otherwise.</summary>
    public UpstreamEndpoint[]? TrialCandidates { get; init; }

    /// <summary>To be called before the next pick, because health checks were paused for lack of traffic; usually null.</summary>
    public Action? ResumeHealthChecks { get; init; }

    /// <summary>Whether a pick needs nothing but the picker.</summary>
    public bool CanPickDirectly => TrialCandidates is null && ResumeHealthChecks is null && !InPanic;

    /// <summary>Whether any level is in panic.</summary>
    public bool InPanic { get; }

    /// <summary>Whether requests to levels in panic are rejected.</summary>
    public bool FailsInPanic => InPanic && _panic.Traffic == PanicTraffic.Fail;

    public PanicRule Panic => _panic;

    /// <summary>Whether the next picks are predictable, and the endpoints so many that their memory is not in the caches.</summary>
    public bool PrefetchesNext => _foresighted is not null;

    /// <summary>Whether a pick now would find an endpoint.</summary>
    public bool CanPick => _panic.CanPickUnavailable ? _candidates.Length > 0 : Array.Exists(Levels, static level => level.HasAvailable);

    /// <summary>
    /// Whether a pick without a result means that all are full. It does not test whether any is: one that was full during the pick may have capacity by now.
    /// </summary>
    public bool HasLimitedEndpoints => !FailsInPanic && Array.Exists(_candidates, endpoint => endpoint.IsLimited && (InPanic || endpoint.IsAvailable));

    /// <summary>Whether this endpoint, if it was picked here, was picked in panic.</summary>
    public bool IsInPanic(UpstreamEndpoint picked) => InPanic && (Levels.Length == 1 || picked.Assignment is { InPanic: true });

    /// <summary>
    /// An available endpoint that the call has not tried, else an available one that it has, else, in panic, one that the panic rule admits.
    /// </summary>
    /// <exception cref="InvalidOperationException">The picker returned an endpoint of another cluster.</exception>
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
                return ReferenceEquals(picked.AvailabilityVersion, _availabilityVersion) ? picked : throw CreateForeignEndpointException(picked);
            }

            if (context.TriedEndpoints is not null)
            {
                return Pick(context with { TriedEndpoints = null, Preferred = null });
            }
        }

        // Ejections after this snapshot can leave its picker without a result: the next snapshot, milliseconds away,
        // will be in panic, and this request must not fail for being early.
        // An available endpoint that is merely full is no sudden panic.
        bool isSudden = !Array.Exists(_candidates, static endpoint => endpoint.IsLimited && endpoint.IsAvailable);
        return _panic.CanPickUnavailable && isSudden ? PickWhenAllUnavailable(context.NeedsConnection) : null;
    }

    /// <summary>An ejected endpoint whose ejection time is over and that admits this attempt as its trial request; usually null.</summary>
    public UpstreamEndpoint? PickForTrial(in PickContext context, TimeProvider timeProvider)
    {
        // A request with a session stays with its endpoint: no other endpoint knows the session.
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
                && !endpoint.IsFull(context.NeedsConnection)
                && ejection.TrialGate.TryEnter(context.IsRetryable, now))
            {
                return endpoint;
            }
        }

        return null;
    }

    /// <summary>Prefetches the endpoints of the next picks, if <see cref="PrefetchesNext"/>.</summary>
    public void PrefetchNext() => _foresighted?.PrefetchNext();

    private InvalidOperationException CreateForeignEndpointException(UpstreamEndpoint endpoint) =>
        new($"Strategy {Strategy.GetType()} picked {endpoint}, which belongs to another service or subset. A picker may only return endpoints of the level " +
            "that it was created for.");

    private UpstreamEndpoint? PickWhenAllUnavailable(bool needsConnection)
    {
        if (_panic.Traffic == PanicTraffic.LastStanding)
        {
            return PanicRule.FindFirstToRestore(_candidates) is { } last && !last.IsFull(needsConnection) ? last : null;
        }

        // An endpoint may await a first health check again since the snapshot was built; its draws fall to the next.
        int drawn = _candidates.Length == 0 ? 0 : (int)(_random.NextUInt64() % (ulong)_candidates.Length);
        for (int i = 0; i < _candidates.Length; i++)
        {
            UpstreamEndpoint endpoint = _candidates[(drawn + i) % _candidates.Length];
            if (endpoint.IsTested && !endpoint.IsFull(needsConnection))
            {
                return endpoint;
            }
        }

        return null;
    }
}
