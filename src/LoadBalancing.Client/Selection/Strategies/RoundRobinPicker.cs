namespace LoadBalancing.Client;

/// <summary>Advances the cursor and picks the endpoint at its position in the schedule.</summary>
internal sealed class RoundRobinPicker : IForesightedPicker
{
    private readonly UpstreamEndpoint[] _schedule;
    private readonly FastModulo _index;
    private readonly AllAvailable _allAvailable;

    public RoundRobinPicker(UpstreamEndpoint[] schedule, RoundRobinCursor cursor)
    {
        _schedule = schedule;
        _index = new FastModulo(schedule.Length);
        _allAvailable = AllAvailable.Capture(schedule);
        Cursor = cursor;
    }

    public RoundRobinCursor Cursor { get; }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong position = Cursor.Advance();
        UpstreamEndpoint endpoint = _schedule[_index.Of(position)];
        return (_allAvailable.Holds && context.HasNoExclusions) || context.Admits(endpoint) ? endpoint : PickNextAdmitted(position, context);
    }

    /// <inheritdoc/>
    /// <remarks>In two steps, one pick apart, because the parts of an endpoint can be found only when the endpoint itself is in the cache.</remarks>
    public void PrefetchNext()
    {
        ulong position = Cursor.Position;
        UpstreamEndpoint.Prefetch(_schedule[_index.Of(position + 2)]);
        _schedule[_index.Of(position + 1)].PrefetchParts();
    }

    private UpstreamEndpoint? PickNextAdmitted(ulong position, in PickContext context)
    {
        // A skipped endpoint costs its position. Giving its turn to the one behind it would send that one twice its share.
        for (int offset = 1; offset < _schedule.Length; offset++)
        {
            position = Cursor.Advance();
            UpstreamEndpoint endpoint = _schedule[_index.Of(position)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        // Other threads took positions in between, so those of this thread need not cover all endpoints. The endpoint at the last position has just been
        // examined.
        for (int offset = 1; offset < _schedule.Length; offset++)
        {
            UpstreamEndpoint endpoint = _schedule[_index.Of(position + (ulong)offset)];
            if (context.Admits(endpoint))
            {
                return endpoint;
            }
        }

        return null;
    }
}
