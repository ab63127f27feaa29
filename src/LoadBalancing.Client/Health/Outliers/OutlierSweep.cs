namespace LoadBalancing.Client;

/// <summary>
/// What happens at each interval, in Envoy's order: those whose time is up return, and the counts of the time gone by are taken; the detectors of shares judge them, first by answers,
/// then by failures of local origin; then one ejection is forgiven to everybody who has been in service for an interval. Forgiving comes last, so whoever goes out again in this sweep is forgiven nothing.
/// </summary>
/// <remarks>Not for several threads: the detector's lock is held.</remarks>
internal sealed class OutlierSweep
{
    private readonly Ejector _ejector;
    private readonly Action<JudgedEndpoint, Detection> _decide;
    private long _number;

    /// <param name="ejector">Who returns endpoints.</param>
    /// <param name="decide">Who claims endpoints and decides about their ejection.</param>
    public OutlierSweep(Ejector ejector, Action<JudgedEndpoint, Detection> decide)
    {
        _ejector = ejector;
        _decide = decide;
    }

    /// <summary>The number of the sweep to come.</summary>
    public long Next => Volatile.Read(ref _number) + 1;

    /// <returns>Whether there is anything left to do for the next one. (Attempts that are to be judged call for it themselves.)</returns>
    public bool Run(UpstreamEndpoint[] members, DetectorSet detectors)
    {
        Volatile.Write(ref _number, _number + 1);
        foreach (UpstreamEndpoint endpoint in members)
        {
            ReturnIfDue(endpoint, detectors.Settings.ReturnPolicy);
        }

        if (detectors.Settings.CountsShares)
        {
            Judge(members, detectors);
        }

        bool isSomebodyUnforgiven = false;
        foreach (UpstreamEndpoint endpoint in members)
        {
            Forgive(endpoint);
            isSomebodyUnforgiven |= endpoint.Status.IsEjected || endpoint.History.Multiplier > 0;
        }

        return isSomebodyUnforgiven;
    }

    private void ReturnIfDue(UpstreamEndpoint endpoint, EjectionReturnPolicy policy)
    {
        if (endpoint.CurrentEjection is not { } ejection || !_ejector.IsDue(ejection))
        {
            return;
        }

        if (policy == EjectionReturnPolicy.Probe)
        {
            ejection.Probes.AtSweep();
        }
        else
        {
            _ejector.TryReturn(endpoint, ejection.Generation, DetectorNames.ReturnedBySweep, _number);
        }
    }

    private void Judge(UpstreamEndpoint[] members, DetectorSet detectors)
    {
        var external = new List<JudgedEndpoint>();
        var local = new List<JudgedEndpoint>();
        foreach (UpstreamEndpoint endpoint in members)
        {
            uint generation = endpoint.Status.Generation;
            OutcomeShare answers = EndpointTally.Of(endpoint).Take(generation, out OutcomeShare reached);
            external.Add(new JudgedEndpoint(endpoint, generation, answers));
            local.Add(new JudgedEndpoint(endpoint, generation, reached));
        }

        Ask(detectors.ExternalJudges, external);
        Ask(detectors.LocalJudges, local);
    }

    private void Ask(ISweepJudge[] judges, List<JudgedEndpoint> endpoints)
    {
        foreach (ISweepJudge judge in judges)
        {
            foreach ((JudgedEndpoint endpoint, Detection detection) in judge.Judge(endpoints))
            {
                _decide(endpoint, detection);
            }
        }
    }

    private void Forgive(UpstreamEndpoint endpoint)
    {
        EjectionHistory history = endpoint.History;
        int multiplier = history.Multiplier;
        if (multiplier > 0 && !endpoint.Status.IsEjected && history.ReturnedInSweep < _number)
        {
            history.TryChangeMultiplier(multiplier, multiplier - 1);
        }
    }
}
