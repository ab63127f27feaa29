namespace LoadBalancing.Client;

/// <summary>A level of a snapshot: its endpoints, their picker, and its share of the requests. Immutable.</summary>
internal sealed class SnapshotLevel
{
    private readonly IEndpointPicker? _picker;

    /// <param name="level">The endpoints.</param>
    /// <param name="picker">Null when there is no endpoint to pick.</param>
    /// <param name="share">Its share of the cluster's requests, 0 to 1.</param>
    /// <param name="panic">The panic rule.</param>
    public SnapshotLevel(EndpointLevel level, IEndpointPicker? picker, double share, PanicRule panic)
    {
        Level = level;
        Share = share;
        FailsInPanic = level.InPanic && panic.Traffic == PanicTraffic.Fail;
        _picker = picker;
        IgnoresHealth = level.InPanic && (panic.Traffic == PanicTraffic.All || level.Endpoints is [{ IsAvailable: false }]);
    }

    public EndpointLevel Level { get; }

    /// <summary>Null when there is no endpoint to pick.</summary>
    public IEndpointPicker? Picker => _picker;

    public double Share { get; }

    /// <summary>Whether the level is in panic and ignores ejections.</summary>
    public bool IgnoresHealth { get; }

    /// <summary>Whether the level is in panic and its requests are rejected.</summary>
    public bool FailsInPanic { get; }

    /// <summary>Whether a pick now would find an available endpoint.</summary>
    public bool HasAvailable
    {
        get
        {
            foreach (UpstreamEndpoint endpoint in Level.AllEndpoints)
            {
                if (endpoint.IsAvailable)
                {
                    return !FailsInPanic;
                }
            }

            return false;
        }
    }

    /// <summary>An endpoint of this level; null when it has none for the attempt.</summary>
    public UpstreamEndpoint? Pick(in PickContext context) =>
        _picker is null ? null : IgnoresHealth ? PickIgnoringHealth(context) : _picker.Pick(context);

    private UpstreamEndpoint? PickIgnoringHealth(in PickContext context) => _picker!.Pick(context with { IgnoreHealth = true });
}
