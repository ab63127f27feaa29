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

    private readonly Dictionary<UpstreamEndpoint, double> _current = [];
    private readonly Dictionary<UpstreamEndpoint, (double Due, double Rounds)> _absent = [];
    private readonly double _nextPhase;

    private RoundRobinDues(double nextPhase) => _nextPhase = nextPhase;

    /// <summary>In the order of the endpoints, evenly spread over the round.</summary>
    /// <param name="level">The level.</param>
    /// <param name="seed">Decides when endpoints that join later are due first.</param>
    public static RoundRobinDues Begin(EndpointLevel level, ulong seed)
    {
        var dues = new RoundRobinDues((uint)seed * GoldenRatio % 1);
        dues.Add([.. level.Endpoints], phase: 0.5 / level.Endpoints.Count);
        return dues;
    }

    public double Of(UpstreamEndpoint endpoint) => _current[endpoint];

    /// <summary>Those of a changed level.</summary>
    /// <param name="level">The level.</param>
    /// <param name="current">When the endpoints of the schedule so far are due now.</param>
    /// <param name="rounds">The number of rounds since the last change.</param>
    public RoundRobinDues Continue(EndpointLevel level, Dictionary<UpstreamEndpoint, double> current, double rounds)
    {
        // The phases of newcomers are multiples of the golden ratio: evenly spread, and in step with nothing. So an endpoint that is removed and added again
        // with every few requests has its share too.
        var dues = new RoundRobinDues((_nextPhase + GoldenRatio) % 1);
        List<UpstreamEndpoint> newcomers = [];
        foreach (UpstreamEndpoint endpoint in level.Endpoints)
        {
            if (current.TryGetValue(endpoint, out double due) || TryRecall(endpoint, rounds, out due))
            {
                dues._current.Add(endpoint, due);
            }
            else
            {
                newcomers.Add(endpoint);
            }
        }

        dues.Add(newcomers, _nextPhase);
        if (level.AllEndpoints.Count > level.Endpoints.Count)
        {
            dues.Remember(level, current, this, rounds);
        }

        return dues;
    }

    /// <summary>Adds endpoints that are new, with dues that are neither early nor late on average, and never in a burst.</summary>
    private void Add(List<UpstreamEndpoint> newcomers, double phase)
    {
        for (int i = 0; i < newcomers.Count; i++)
        {
            _current.Add(newcomers[i], (phase + ((double)i / newcomers.Count)) % 1);
        }
    }

    private void Remember(EndpointLevel level, Dictionary<UpstreamEndpoint, double> leaving, RoundRobinDues previous, double rounds)
    {
        foreach (UpstreamEndpoint endpoint in level.AllEndpoints)
        {
            if (_current.ContainsKey(endpoint))
            {
                continue;
            }

            if (leaving.TryGetValue(endpoint, out double due))
            {
                _absent.Add(endpoint, (due, 0));
            }
            else if (previous.TryRecall(endpoint, rounds, out due))
            {
                _absent.Add(endpoint, (due, previous._absent[endpoint].Rounds + rounds));
            }
        }
    }

    private bool TryRecall(UpstreamEndpoint endpoint, double rounds, out double due)
    {
        bool isKnown = _absent.TryGetValue(endpoint, out (double Due, double Rounds) absent) && absent.Rounds + rounds <= RememberedRounds;
        due = absent.Due;
        return isKnown;
    }
}
