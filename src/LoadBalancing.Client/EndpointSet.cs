namespace LoadBalancing.Client;

/// <summary>
/// The immutable snapshot that requests read once: who is a member, and the picker over those in service. A new one is built
/// aside for every change of membership or health and published by one write.
/// </summary>
internal sealed class EndpointSet
{
    private readonly RandomSource _random;
    private readonly PanicRule _panic;
    private readonly bool _ignoresHealth;

    public EndpointSet(
        UpstreamEndpoint[] endpoints,
        EndpointLevel level,
        ILoadBalancingStrategy strategy,
        IEndpointPicker? picker,
        PanicRule panic,
        RandomSource random)
    {
        Endpoints = endpoints;
        Level = level;
        Strategy = strategy;
        Picker = picker;
        _panic = panic;
        _random = random;
        _ignoresHealth = level.InPanic && (panic.Traffic == PanicTraffic.All || level.Endpoints is [{ IsAvailable: false }]);
    }

    /// <summary>All members, in the order in which they were described, in service or not.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    public EndpointLevel Level { get; }

    /// <summary>The strategy that built the picker; another one must not be handed its picker to carry on from.</summary>
    public ILoadBalancingStrategy Strategy { get; }

    /// <summary>Null when nothing is in service and panic is off, or there are no members.</summary>
    public IEndpointPicker? Picker { get; }

    /// <summary>The ejected endpoints that requests are let through to when their time is up; null when there are none, or they return otherwise.</summary>
    public UpstreamEndpoint[]? OnProbation { get; init; }

    /// <summary>To be called before the next pick, because checks have stopped for want of traffic; usually null.</summary>
    public Action? Wake { get; init; }

    /// <summary>Whether a pick is nothing but a pick.</summary>
    public bool IsPlain => OnProbation is null && Wake is null && !Level.InPanic;

    /// <summary>Whether so few are in service that it is panic.</summary>
    public bool InPanic => Level.InPanic;

    /// <summary>Whether it is panic, and all requests are refused for it.</summary>
    public bool RefusesInPanic => InPanic && _panic.Traffic == PanicTraffic.Fail;

    public PanicRule Panic => _panic;

    /// <summary>Whether a pick at this moment would yield anything.</summary>
    public bool CanPick => _panic.AlwaysYields ? Endpoints.Length > 0 : !RefusesInPanic && Array.Exists(Endpoints, static endpoint => endpoint.IsAvailable);

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
            UpstreamEndpoint? picked = _ignoresHealth ? PickIgnoringHealth(context) : Picker.Pick(context);
            if (picked is not null)
            {
                return picked;
            }

            if (context.Exclude is not null)
            {
                return Pick(context with { Exclude = null, Preferred = null });
            }
        }

        // Ejections that came after this snapshot can leave its picker empty-handed: the next snapshot, milliseconds away,
        // will be one of panic, and this request must not fail for being early.
        // Where somebody well is only full, nothing is sudden about it.
        return _panic.AlwaysYields && !Array.Exists(Endpoints, static endpoint => endpoint.IsLimited && endpoint.IsAvailable) ? PickInSuddenPanic() : null;
    }

    /// <summary>An ejected endpoint whose time is up and that this attempt may go to, to see if it is well again; usually null.</summary>
    public UpstreamEndpoint? PickProbe(in PickContext context, TimeProvider timeProvider)
    {
        // Who is where its session is stays there: elsewhere nobody knows it.
        if (context.Preferred is { } preferred && context.Admits(preferred))
        {
            return null;
        }

        long now = timeProvider.GetTimestamp();
        foreach (UpstreamEndpoint endpoint in OnProbation!)
        {
            if (endpoint.CurrentEjection is { } ejection
                && timeProvider.GetElapsedTime(ejection.StartedAt, now) >= ejection.Length
                && !endpoint.Status.IsFailingChecks
                && !context.Excludes(endpoint)
                && !endpoint.IsFull
                && ejection.Probes.TryEnter(context.IsRetryable, now))
            {
                return endpoint;
            }
        }

        return null;
    }

    private UpstreamEndpoint? PickIgnoringHealth(in PickContext context) =>
        Picker!.Pick(context with { IgnoreHealth = true });

    private UpstreamEndpoint? PickInSuddenPanic()
    {
        if (_panic.Traffic == PanicTraffic.LastStanding)
        {
            return PanicRule.FirstToReturn(Endpoints) is { IsFull: false } last ? last : null;
        }

        // Who has yet to pass a first check stays without traffic; his draw falls to the next.
        int drawn = Endpoints.Length == 0 ? 0 : (int)(_random.NextUInt64() % (ulong)Endpoints.Length);
        for (int i = 0; i < Endpoints.Length; i++)
        {
            UpstreamEndpoint endpoint = Endpoints[(drawn + i) % Endpoints.Length];
            if (endpoint.Health != EndpointHealth.Untested && !endpoint.IsFull)
            {
                return endpoint;
            }
        }

        return null;
    }
}
