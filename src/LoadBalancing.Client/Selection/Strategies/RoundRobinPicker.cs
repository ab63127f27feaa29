namespace LoadBalancing.Client;

/// <summary>Advances the cursor and picks the endpoint at its position in the schedule.</summary>
internal sealed class RoundRobinPicker : IForesightedPicker
{
    private readonly RoundRobinSchedule _schedule;
    private readonly UpstreamEndpoint[] _turns;
    private readonly FastModulo _index;
    private readonly AllAvailable _allAvailable;

    public RoundRobinPicker(RoundRobinSchedule schedule, RoundRobinCursor cursor)
    {
        _schedule = schedule;
        Cursor = cursor;
        _turns = schedule.Turns;
        _index = new FastModulo(_turns.Length);
        _allAvailable = AllAvailable.Capture(_turns);
    }

    public RoundRobinCursor Cursor { get; }

    /// <summary>
    /// The picker of the changed level, which shares the cursor: positions that requests take from this picker until then are not taken again.
    /// </summary>
    public RoundRobinPicker Continue(EndpointLevel level) => new(_schedule.Continue(level, Cursor.Position), Cursor);

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong position = Cursor.Advance();
        UpstreamEndpoint endpoint = _turns[_index.Of(position)];
        return (_allAvailable.Holds && context.HasNoExclusions) || context.Admits(endpoint) ? endpoint : PickNextAdmitted(position, context);
    }

    /// <inheritdoc/>
    /// <remarks>In two steps, one pick apart, because the parts of an endpoint can be found only when the endpoint itself is in the cache.</remarks>
    public void PrefetchNext()
    {
        ulong position = Cursor.Position;
        UpstreamEndpoint.Prefetch(_turns[_index.Of(position + 2)]);
        _turns[_index.Of(position + 1)].PrefetchParts();
    }

    private UpstreamEndpoint? PickNextAdmitted(ulong position, in PickContext context)
    {
        // A skipped endpoint costs its position. Giving its turn to the one behind it would send that one twice its share.
        for (int offset = 1; offset < _turns.Length; offset++)
        {
            position = Cursor.Advance();
            UpstreamEndpoint endpoint = _turns[_index.Of(position)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        // Other threads took positions in between, so those of this thread need not cover all endpoints. The endpoint at the last position has just been
        // examined.
        for (int offset = 1; offset < _turns.Length; offset++)
        {
            UpstreamEndpoint endpoint = _turns[_index.Of(position + (ulong)offset)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }
}
