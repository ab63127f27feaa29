namespace LoadBalancing.Client;

/// <summary>
/// The work of each interval, in Envoy's order: endpoints whose ejection time is over are restored, and the counts since the last sweep are taken;
/// the rate detectors evaluate them, first by responses, then by local origin failures; then the multiplier of each endpoint that has been restored
/// for an interval decreases. This comes last, so the multiplier of an endpoint that is ejected again in this sweep does not decrease.
/// </summary>
/// <remarks>Not thread-safe: the caller holds the detector's lock.</remarks>
internal sealed class OutlierSweep
{
    private readonly Ejector _ejector;
    private readonly Action<SweepSample, Detection> _decide;
    private long _number;

    /// <param name="ejector">Restores endpoints.</param>
    /// <param name="decide">Claims endpoints and decides about their ejection.</param>
    public OutlierSweep(Ejector ejector, Action<SweepSample, Detection> decide)
    {
        _ejector = ejector;
        _decide = decide;
    }

    /// <summary>The number of the next sweep.</summary>
    public long Next => Volatile.Read(ref _number) + 1;

    /// <returns>Whether another sweep is needed. (Attempts that are to be evaluated arm the timer themselves.)</returns>
    public bool Run(UpstreamEndpoint[] endpoints, DetectorSet detectors)
    {
        Volatile.Write(ref _number, _number + 1);
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            RestoreIfDue(endpoint, detectors.Settings);
        }

        if (detectors.Settings.HasSweepDetectors)
        {
            RunDetectors(endpoints, detectors);
        }

        bool isSweepNeeded = false;
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            Forgive(endpoint);
            isSweepNeeded |= endpoint.Status.IsEjected || endpoint.EjectionHistory.Multiplier > 0;
        }

        return isSweepNeeded;
    }

    /// <summary>Restores the endpoints whose detector cannot eject under these settings.</summary>
    public void RestoreUndetectable(UpstreamEndpoint[] endpoints, OutlierDetectionSettings settings)
    {
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            if (endpoint.CurrentEjection is { } ejection && !settings.CanEject(ejection.Detector))
            {
                _ejector.TryRestore(endpoint, ejection.Generation, RestoreCause.DetectorDisabled, Next);
            }
        }
    }

    private void RestoreIfDue(UpstreamEndpoint endpoint, OutlierDetectionSettings settings)
    {
        if (endpoint.CurrentEjection is not { } ejection)
        {
            return;
        }

        if (!settings.CanEject(ejection.Detector))
        {
            // A report that had begun under earlier settings has ejected it.
            _ejector.TryRestore(endpoint, ejection.Generation, RestoreCause.DetectorDisabled, _number);
            return;
        }

        if (!_ejector.IsDue(ejection))
        {
            return;
        }

        if (settings.RestorePolicy == EjectionRestorePolicy.TrialRequest)
        {
            ejection.TrialGate.OnSweep();
        }
        else
        {
            _ejector.TryRestore(endpoint, ejection.Generation, RestoreCause.Sweep, _number);
        }
    }

    private void RunDetectors(UpstreamEndpoint[] endpoints, DetectorSet detectors)
    {
        var external = new List<SweepSample>();
        var local = new List<SweepSample>();
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            uint generation = endpoint.Status.Generation;
            OutcomeTotals responses = EndpointOutlierState.Of(endpoint).Take(generation, out OutcomeTotals reached);
            external.Add(new SweepSample(endpoint, generation, responses));
            local.Add(new SweepSample(endpoint, generation, reached));
        }

        EjectDetected(detectors.ExternalOriginDetectors, external);
        EjectDetected(detectors.LocalOriginDetectors, local);
    }

    private void EjectDetected(ISweepDetector[] detectors, List<SweepSample> endpoints)
    {
        foreach (ISweepDetector detector in detectors)
        {
            foreach ((SweepSample endpoint, Detection detection) in detector.Detect(endpoints))
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
