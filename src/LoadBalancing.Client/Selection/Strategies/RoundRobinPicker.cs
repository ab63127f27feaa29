namespace LoadBalancing.Client;

/// <summary>Takes a ticket from the rotation and looks up whose turn it is.</summary>
internal sealed class RoundRobinPicker : IForesightedPicker
{
    private readonly UpstreamEndpoint[] _schedule;
    private readonly FastModulo _turn;
    private readonly AllAvailable _allAvailable;

    public RoundRobinPicker(UpstreamEndpoint[] schedule, RoundRobinCursor rotation)
    {
        _schedule = schedule;
        _turn = new FastModulo(schedule.Length);
        _allAvailable = AllAvailable.Capture(schedule);
        Cursor = rotation;
    }

    public RoundRobinCursor Cursor { get; }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong ticket = Cursor.Advance();
        UpstreamEndpoint endpoint = _schedule[_turn.Of(ticket)];
        return (_allAvailable.Holds && context.HasNoExclusions) || context.Admits(endpoint) ? endpoint : PickNextAdmitted(ticket, context);
    }

    /// <inheritdoc/>
    /// <remarks>In two steps, one pick apart, because what an endpoint holds can be found only when the endpoint itself is there.</remarks>
    public void PrefetchNext()
    {
        ulong ticket = Cursor.Position;
        UpstreamEndpoint.Prefetch(_schedule[_turn.Of(ticket + 2)]);
        _schedule[_turn.Of(ticket + 1)].PrefetchParts();
    }

    private UpstreamEndpoint? PickNextAdmitted(ulong ticket, in PickContext context)
    {
        // An endpoint that must be passed over costs its ticket. Giving its turn to the one behind it instead would send that one twice its share.
        for (int turn = 1; turn < _schedule.Length; turn++)
        {
            ticket = Cursor.Advance();
            UpstreamEndpoint endpoint = _schedule[_turn.Of(ticket)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        // Other threads took tickets in between, so those that came this way need not have covered everybody. Whose ticket was the last one has just been looked at.
        for (int turn = 1; turn < _schedule.Length; turn++)
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
