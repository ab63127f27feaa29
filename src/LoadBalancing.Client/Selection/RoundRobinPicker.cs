namespace LoadBalancing.Client;

/// <summary>Takes a ticket from the rotation and looks up whose turn it is.</summary>
internal sealed class RoundRobinPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _schedule;
    private readonly FastModulo _turn;
    private readonly AllInService _allInService;

    public RoundRobinPicker(UpstreamEndpoint[] schedule, Rotation rotation)
    {
        _schedule = schedule;
        _turn = new FastModulo(schedule.Length);
        _allInService = AllInService.Of(schedule);
        Rotation = rotation;
    }

    public Rotation Rotation { get; }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong ticket = Rotation.Next();
        UpstreamEndpoint endpoint = _schedule[_turn.Of(ticket)];
        return (_allInService.Holds && context.ExcludesNobody) || context.Admits(endpoint) ? endpoint : PassOver(ticket, context);
    }

    private UpstreamEndpoint? PassOver(ulong ticket, in PickContext context)
    {
        // An endpoint that must be passed over costs its ticket. Giving its turn to the one behind it instead would send that one twice its share.
        for (int turn = 1; turn < _schedule.Length; turn++)
        {
            ticket = Rotation.Next();
            UpstreamEndpoint endpoint = _schedule[_turn.Of(ticket)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        // Other threads took tickets in between, so those that came this way need not have covered everybody.
        for (int turn = 1; turn <= _schedule.Length; turn++)
        {
            UpstreamEndpoint endpoint = _schedule[_turn.Of(ticket + (ulong)turn)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }
}
