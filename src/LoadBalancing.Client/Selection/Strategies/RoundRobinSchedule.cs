using System.Runtime.InteropServices;

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

    /// <param name="level">The level.</param>
    /// <param name="dues">When its endpoints are due.</param>
    /// <param name="start">The position at which the round begins.</param>
    private RoundRobinSchedule(EndpointLevel level, RoundRobinDues dues, ulong start)
    {
        _endpoints = [.. level.Endpoints];
        _counts = level.HasEqualWeights ? Array.ConvertAll(_endpoints, static _ => 1) : RoundRobinOrder.CountTurns(level.Weights);
        _dues = dues;
        _start = start;
        UpstreamEndpoint[] round = RoundRobinOrder.Of(_endpoints, _counts, Array.ConvertAll(_endpoints, dues.Of));
        int first = (int)(start % (ulong)round.Length);
        Turns = first == 0 ? round : [.. round.AsSpan(round.Length - first), .. round.AsSpan(0, round.Length - first)];
    }

    /// <summary>The endpoint of each position, by the remainder of its division by their number.</summary>
    public UpstreamEndpoint[] Turns { get; }

    /// <summary>The schedule of a new rotation, in the order of its endpoints.</summary>
    /// <param name="level">The level.</param>
    /// <param name="seed">Decides when endpoints that join later are due first.</param>
    public static RoundRobinSchedule Begin(EndpointLevel level, ulong seed = 0) => new(level, RoundRobinDues.Begin(level, seed), start: 0);

    /// <summary>The schedule of the rotation for a changed level.</summary>
    /// <param name="level">The changed level.</param>
    /// <param name="position">The last position that was picked.</param>
    public RoundRobinSchedule Continue(EndpointLevel level, ulong position)
    {
        ulong next = unchecked(position + 1);
        ulong picks = unchecked(next - _start);
        Dictionary<UpstreamEndpoint, double> current = DuesAfter((int)(picks % (ulong)Turns.Length));
        return new RoundRobinSchedule(level, _dues.Continue(level, current, rounds: (double)picks / Turns.Length), next);
    }

    /// <summary>When the endpoints of the schedule are due after these picks of a round; whole rounds change nothing.</summary>
    private Dictionary<UpstreamEndpoint, double> DuesAfter(int picks)
    {
        var dues = new Dictionary<UpstreamEndpoint, double>(_endpoints.Length);
        for (int i = 0; i < _endpoints.Length; i++)
        {
            dues.Add(_endpoints[i], _dues.Of(_endpoints[i]) - ((double)_counts[i] * picks / Turns.Length));
        }

        int first = (int)(_start % (ulong)Turns.Length);
        for (int i = 0; i < picks; i++)
        {
            CollectionsMarshal.GetValueRefOrNullRef(dues, Turns[(first + i) % Turns.Length])++;
        }

        return dues;
    }
}
