namespace LoadBalancing.Client;

/// <summary>
/// The immutable snapshot that requests read once: who is a member, and the picker over those in service. A new one is built
/// aside for every change of membership or health and published by one write.
/// </summary>
internal sealed class EndpointSet
{
    private readonly RandomSource _random;
    private readonly bool _panicAllowed;

    public EndpointSet(
        UpstreamEndpoint[] endpoints,
        EndpointLevel level,
        ILoadBalancingStrategy strategy,
        IEndpointPicker? picker,
        bool panicAllowed,
        RandomSource random)
    {
        Endpoints = endpoints;
        Level = level;
        Strategy = strategy;
        Picker = picker;
        _panicAllowed = panicAllowed;
        _random = random;
    }

    /// <summary>All members, in the order in which they were described, in service or not.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    public EndpointLevel Level { get; }

    /// <summary>The strategy that built the picker; another one must not be handed its picker to carry on from.</summary>
    public ILoadBalancingStrategy Strategy { get; }

    /// <summary>Null when nothing is in service and panic is off, or there are no members.</summary>
    public IEndpointPicker? Picker { get; }

    /// <summary>Whether a pick at this moment would yield anything.</summary>
    public bool CanPick => _panicAllowed ? Endpoints.Length > 0 : Array.Exists(Endpoints, static endpoint => endpoint.IsAvailable);

    /// <summary>
    /// An endpoint in service that the call has not tried, else one in service that it has, else, in panic, any.
    /// </summary>
    public UpstreamEndpoint? Pick(in PickContext context)
    {
        if (context.Preferred is { } preferred && context.Admits(preferred))
        {
            return preferred;
        }

        if (Picker is not null)
        {
            UpstreamEndpoint? picked = Level.InPanic ? PickInPanic(context) : Picker.Pick(context);
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
        return _panicAllowed ? PickAny() : null;
    }

    private UpstreamEndpoint? PickInPanic(in PickContext context) =>
        Picker!.Pick(context with { IgnoreHealth = true });

    private UpstreamEndpoint? PickAny() =>
        Endpoints.Length == 0 ? null : Endpoints[(int)(_random.NextUInt64() % (ulong)Endpoints.Length)];
}
