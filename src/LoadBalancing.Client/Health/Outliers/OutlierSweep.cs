namespace LoadBalancing.Client;

/// <summary>
/// What happens at each interval, in Envoy's order: those whose time is up return, and the counts of the time gone by are taken; the detectors of shares judge them, first by answers,
/// then by failures of local origin; then one ejection is forgiven to everybody who has been in service for an interval. Forgiving comes last, so whoever goes out again in this sweep is forgiven nothing.
/// </summary>
/// <remarks>Not for several threads: the detector's lock is held.</remarks>
internal sealed class OutlierSweep
{
    private readonly Ejector _ejector;
    private readonly Action<SweepSample, Detection> _decide;
    private long _number;

    /// <param name="ejector">Who returns endpoints.</param>
    /// <param name="decide">Who claims endpoints and decides about their ejection.</param>
    public OutlierSweep(Ejector ejector, Action<SweepSample, Detection> decide)
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
            RestoreIfDue(endpoint, detectors.Settings.RestorePolicy);
        }

        if (detectors.Settings.HasSweepDetectors)
        {
            RunDetectors(members, detectors);
        }

        bool isSomebodyUnforgiven = false;
        foreach (UpstreamEndpoint endpoint in members)
        {
            Forgive(endpoint);
            isSomebodyUnforgiven |= endpoint.Status.IsEjected || endpoint.EjectionHistory.Multiplier > 0;
        }

        return isSomebodyUnforgiven;
    }

    private void RestoreIfDue(UpstreamEndpoint endpoint, EjectionRestorePolicy policy)
    {
        if (endpoint.CurrentEjection is not { } ejection || !_ejector.IsDue(ejection))
        {
            return;
        }

        if (policy == EjectionRestorePolicy.TrialRequest)
        {
            ejection.TrialGate.OnSweep();
        }
        else
        {
            _ejector.TryRestore(endpoint, ejection.Generation, RestoreCause.Sweep, _number);
        }
    }

    private void RunDetectors(UpstreamEndpoint[] members, DetectorSet detectors)
    {
        var external = new List<SweepSample>();
        var local = new List<SweepSample>();
        foreach (UpstreamEndpoint endpoint in members)
        {
            uint generation = endpoint.Status.Generation;
            OutcomeTotals answers = EndpointOutlierState.Of(endpoint).Take(generation, out OutcomeTotals reached);
            external.Add(new SweepSample(endpoint, generation, answers));
            local.Add(new SweepSample(endpoint, generation, reached));
        }

        EjectDetected(detectors.ExternalOriginDetectors, external);
        EjectDetected(detectors.LocalOriginDetectors, local);
    }

    private void EjectDetected(ISweepDetector[] judges, List<SweepSample> endpoints)
    {
        foreach (ISweepDetector judge in judges)
        {
            foreach ((SweepSample endpoint, Detection detection) in judge.Detect(endpoints))
            {
                _decide(endpoint, detection);
            }
        }
    }

    private void Forgive(UpstreamEndpoint endpoint)
    {
        EjectionHistory history = endpoint.EjectionHistory;
        int multiplier = history.Multiplier;
        if (multiplier > 0 && !endpoint.Status.IsEjected && history.RestoredInSweep < _number)
        {
            history.TryChangeMultiplier(multiplier, multiplier - 1);
        }
    }
}
