namespace LoadBalancing.Client;

/// <summary>
/// The order of endpoints in one round, and when each of them is due. In a round every endpoint has turns in proportion to its weight, evenly spaced: the k-th
/// of c turns is due at (k + due) / c of the round, and turns are ordered by when they are due. Immutable.
/// </summary>
/// <remarks>
/// Earliest deadline first, computed when the level changes instead of with a heap under a lock on every pick. The next schedule begins where this one is:
/// <code>
/// due: the endpoint's next turn, in its own intervals from now     0: now; 1: it has just had a turn; below 0: it is owed one
/// after j of L picks: due + turns had - turns in a round x j / L
/// </code>
/// which is the credit of a smooth weighted round robin. Endpoints that are unavailable for some rounds keep theirs: one that is in step with the requests
/// would otherwise always return too early or too late for its turn.
/// </remarks>
internal sealed class RoundRobinSchedule
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly int[] _counts;
    private readonly RoundRobinDues _dues;
    private readonly ulong _start;

    /// <summary>The index of the endpoint of each turn, from the beginning of the round.</summary>
    private readonly int[] _order;

    /// <param name="endpoints">The endpoints.</param>
    /// <param name="counts">The number of turns of each.</param>
    /// <param name="dues">When they are due.</param>
    /// <param name="start">The position at which the round begins.</param>
    private RoundRobinSchedule(UpstreamEndpoint[] endpoints, int[] counts, RoundRobinDues dues, ulong start)
    {
        _endpoints = endpoints;
        _counts = counts;
        _dues = dues;
        _start = start;
        _order = RoundRobinOrder.Of(counts, dues.Current);
        Turns = Array.ConvertAll(_order, endpoint => endpoints[endpoint]);
        int first = (int)(start % (ulong)Turns.Length);
        if (first != 0)
        {
            Turns = [.. Turns.AsSpan(Turns.Length - first), .. Turns.AsSpan(0, Turns.Length - first)];
        }
    }

    /// <summary>The endpoint of each position, by the remainder of its division by their number.</summary>
    public UpstreamEndpoint[] Turns { get; }

    /// <summary>The schedule of a new rotation, in the order of its endpoints.</summary>
    /// <param name="level">The level.</param>
    /// <param name="seed">Decides when endpoints that join later are due first.</param>
    public static RoundRobinSchedule Begin(EndpointLevel level, ulong seed = 0) =>
        new([.. level.Endpoints], RoundRobinOrder.CountTurns(level), RoundRobinDues.Begin(level.Endpoints.Count, seed), start: 0);

    /// <summary>The schedule of the rotation for a changed level.</summary>
    /// <param name="level">The changed level.</param>
    /// <param name="position">The last position that was picked.</param>
    public RoundRobinSchedule Continue(EndpointLevel level, ulong position)
    {
        UpstreamEndpoint[] endpoints = [.. level.Endpoints];
        int[] counts = RoundRobinOrder.CountTurns(level);
        if (HasSame(endpoints) && counts.AsSpan().SequenceEqual(_counts))
        {
            return this;
        }

        ulong next = unchecked(position + 1);
        ulong picks = unchecked(next - _start);
        double[] current = DuesAfter((int)(picks % (ulong)_order.Length));
        RoundRobinDues dues = _dues.Continue(level, endpoints, _endpoints, current, rounds: (double)picks / _order.Length);
        return new RoundRobinSchedule(endpoints, counts, dues, next);
    }

    /// <summary>Whether these are the endpoints, compared without reading them: ten thousand are not in the processor's caches.</summary>
    private bool HasSame(UpstreamEndpoint[] endpoints)
    {
        bool isSame = endpoints.Length == _endpoints.Length;
        for (int i = 0; isSame && i < endpoints.Length; i++)
        {
            isSame = ReferenceEquals(endpoints[i], _endpoints[i]);
        }

        return isSame;
    }

    /// <summary>When the endpoints are due after these picks of a round; whole rounds change nothing.</summary>
    private double[] DuesAfter(int picks)
    {
        int[] had = new int[_endpoints.Length];
        foreach (int endpoint in _order.AsSpan(0, picks))
        {
            had[endpoint]++;
        }

        double[] dues = new double[_endpoints.Length];
        for (int i = 0; i < dues.Length; i++)
        {
            dues[i] = _dues.Current[i] + had[i] - ((double)_counts[i] * picks / _order.Length);
        }

        return dues;
    }
}
