namespace LoadBalancing.Client;

/// <summary>
/// When each endpoint of a rotation is due: the endpoints of its schedule, and those of its level that have been unavailable for a short while. Immutable.
/// </summary>
internal sealed class RoundRobinDues
{
    /// <summary>
    /// An endpoint that was unavailable for longer returns like a new one. Several that leave together do so just after their turns; if they returned with
    /// these dues, they would have their turns together as well.
    /// </summary>
    private const double RememberedRounds = 10;

    private const double GoldenRatio = 0.61803398874989485;

    private readonly Dictionary<UpstreamEndpoint, (double Due, double Rounds)> _absent = [];
    private readonly double _nextPhase;

    private RoundRobinDues(int count, double nextPhase)
    {
        Current = new double[count];
        _nextPhase = nextPhase;
    }

    /// <summary>Those of the schedule's endpoints, in their order.</summary>
    public double[] Current { get; }

    /// <summary>In the order of the endpoints, evenly spread over the round.</summary>
    /// <param name="count">The number of endpoints.</param>
    /// <param name="seed">Decides when endpoints that join later are due first.</param>
    public static RoundRobinDues Begin(int count, ulong seed)
    {
        var dues = new RoundRobinDues(count, (uint)seed * GoldenRatio % 1);
        for (int i = 0; i < count; i++)
        {
            dues.Current[i] = (i + 0.5) / count;
        }

        return dues;
    }

    /// <summary>Those of a changed level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="endpoints">Its endpoints.</param>
    /// <param name="before">The endpoints so far.</param>
    /// <param name="current">When these are due now.</param>
    /// <param name="rounds">The number of rounds since the last change.</param>
    public RoundRobinDues Continue(EndpointLevel level, UpstreamEndpoint[] endpoints, UpstreamEndpoint[] before, double[] current, double rounds)
    {
        // The phases of newcomers are multiples of the golden ratio: evenly spread, and in step with nothing. So an endpoint that is removed and added again
        // with every few requests has its share too.
        var next = new RoundRobinDues(endpoints.Length, (_nextPhase + GoldenRatio) % 1);
        Dictionary<UpstreamEndpoint, (double Due, double Rounds)> known = Known(before, current, rounds);
        List<int> newcomers = [];
        for (int i = 0; i < endpoints.Length; i++)
        {
            if (known.Remove(endpoints[i], out (double Due, double Rounds) turn))
            {
                next.Current[i] = turn.Due;
            }
            else
            {
                newcomers.Add(i);
            }
        }

        for (int i = 0; i < newcomers.Count; i++)
        {
            next.Current[newcomers[i]] = (_nextPhase + ((double)i / newcomers.Count)) % 1;
        }

        next.Remember(level, known);
        return next;
    }

    /// <summary>What is known about endpoints that are in the rotation or have left it lately.</summary>
    private Dictionary<UpstreamEndpoint, (double Due, double Rounds)> Known(UpstreamEndpoint[] before, double[] current, double rounds)
    {
        var known = new Dictionary<UpstreamEndpoint, (double Due, double Rounds)>(before.Length + _absent.Count);
        for (int i = 0; i < before.Length; i++)
        {
            known.Add(before[i], (current[i], 0));
        }

        foreach ((UpstreamEndpoint endpoint, (double due, double absentRounds)) in _absent)
        {
            if (absentRounds + rounds <= RememberedRounds)
            {
                known.Add(endpoint, (due, absentRounds + rounds));
            }
        }

        return known;
    }

    /// <summary>Remembers those that are unavailable, but not those that have left the level.</summary>
    private void Remember(EndpointLevel level, Dictionary<UpstreamEndpoint, (double Due, double Rounds)> others)
    {
        for (int i = 0; i < level.AllEndpoints.Count && others.Count > 0; i++)
        {
            if (others.Remove(level.AllEndpoints[i], out (double Due, double Rounds) turn))
            {
                _absent.Add(level.AllEndpoints[i], turn);
            }
        }
    }
}
