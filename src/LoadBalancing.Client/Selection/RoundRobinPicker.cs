namespace LoadBalancing.Client;

/// <summary>Takes a ticket from the rotation and looks up whose turn it is.</summary>
internal sealed class RoundRobinPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _schedule;

    public RoundRobinPicker(UpstreamEndpoint[] schedule, Rotation rotation)
    {
        _schedule = schedule;
        Rotation = rotation;
    }

    public Rotation Rotation { get; }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        // An endpoint that must be passed over costs its ticket. Giving its turn to the one behind it instead would send that one twice its share.
        UpstreamEndpoint[] schedule = _schedule;
        ulong ticket = 0;
        for (int turn = 0; turn < schedule.Length; turn++)
        {
            ticket = Rotation.Next();
            UpstreamEndpoint endpoint = schedule[(int)(ticket % (ulong)schedule.Length)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        // Other threads took tickets in between, so those that came this way need not have covered everybody.
        for (int turn = 1; turn <= schedule.Length; turn++)
        {
            UpstreamEndpoint endpoint = schedule[(int)((ticket + (ulong)turn) % (ulong)schedule.Length)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }
}
