namespace LoadBalancing.Client;

/// <summary>
/// Takes endpoints out of service that fail too often, and brings them back. The rules are those of Envoy's outlier detection; two things are stricter: test,
/// reset and claim are one atomic step, so it is always exactly the n-th failure in a row that ejects, and reports that began in an earlier life of the endpoint count for nothing.
/// </summary>
/// <remarks>
/// <code>
/// report:  count --> a detector fires --> endpoint claimed --> slot under the cap? --> out, new generation   (all in the report)
/// sweep:   out for long enough --> in, new generation; shares judged, ejected by the same road; in for an interval --> one ejection forgiven
/// </code>
/// Reports run on the threads of requests and never wait. While somebody has the claim, the others only count; whoever has it looks again before letting go, so
/// nothing that was due gets lost. The sweep, which runs only while there is something for it to do, and changes of membership come from the background and take a lock among themselves.
/// </remarks>
internal sealed class OutlierDetector : IDisposable
{
    private readonly Lock _background = new();
    private readonly TimeProvider _timeProvider;
    private readonly long _epoch;
    private readonly Ejector _ejector;
    private readonly OutlierSweep _sweep;
    private readonly SweepTimer _timer;
    private DetectorSet _detectors;
    private UpstreamEndpoint[] _endpoints = [];
    private bool _disposed;

    public OutlierDetector(OutlierDetectionSettings settings, IEjectionEvents events, TimeProvider timeProvider, RandomSource random)
    {
        _timeProvider = timeProvider;
        _epoch = timeProvider.GetTimestamp();
        _detectors = new DetectorSet(settings, timeProvider, _epoch);
        _ejector = new Ejector(events, timeProvider, random);
        _sweep = new OutlierSweep(_ejector, EjectFromSweep);
        _timer = new SweepTimer(Sweep, settings.Interval, timeProvider, _epoch);
    }

    /// <summary>How many endpoints are out.</summary>
    public int EjectedCount => _ejector.EjectedCount;

    /// <summary>How many sweeps there have been.</summary>
    public int SweepCount => (int)_sweep.Next - 1;

    private DetectorSet Detectors => Volatile.Read(ref _detectors);

    private UpstreamEndpoint[] Endpoints
    {
        get
        {
            Interleaving.Reads(this);
            return Volatile.Read(ref _endpoints);
        }
    }

    /// <summary>Takes new settings. Ejections that are running keep their length.</summary>
    public void Configure(OutlierDetectionSettings settings)
    {
        lock (_background)
        {
            DetectorSet before = _detectors;
            Volatile.Write(ref _detectors, new DetectorSet(settings, _timeProvider, _epoch));
            before.Dispose();
            _timer.Configure(settings.Interval);
        }
    }

    /// <summary>Takes the new membership. Those who left can no longer be ejected, and if they were they give back their slot.</summary>
    public void SetEndpoints(UpstreamEndpoint[] members, IEnumerable<UpstreamEndpoint> removed)
    {
        lock (_background)
        {
            foreach (UpstreamEndpoint endpoint in members)
            {
                endpoint.OutlierState ??= new EndpointOutlierState();
            }

            Interleaving.Writes(this);
            Volatile.Write(ref _endpoints, members);
            foreach (UpstreamEndpoint endpoint in removed)
            {
                _ejector.Retire(endpoint);
            }
        }
    }

    /// <summary>An attempt succeeded, its response read to the end. Called on the request path: no lock where nothing is wrong.</summary>
    public void OnSuccess(UpstreamEndpoint endpoint, uint generation)
    {
        DetectorSet detectors = Detectors;
        EndpointStatus status = endpoint.Status;
        bool hasMore = status.HasStreak;
        if (!detectors.HasOnlyStreakDetectors)
        {
            // What goes by way of it in panic is not counted; what comes from an earlier life the counts leave out themselves.
            if (status.IsEjected)
            {
                return;
            }

            hasMore |= detectors.CountSuccess(endpoint, generation);
            if (detectors.HasSweepDetectors)
            {
                _timer.Arm();
            }
        }

        if (hasMore)
        {
            ProcessOutcome(endpoint, generation, AttemptOutcome.Success, isCounted: false, detectors);
        }
    }

    /// <summary>An attempt failed. Whatever follows for picking has happened when this returns.</summary>
    /// <returns>Whether it was this report that ejected the endpoint.</returns>
    public bool OnFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        DetectorSet detectors = Detectors;
        if (endpoint.Status.IsEjected || !detectors.Settings.Counts(outcome.FailureKind))
        {
            return false;
        }

        if (!detectors.HasOnlyStreakDetectors)
        {
            detectors.CountFailure(endpoint, generation, outcome);
            if (detectors.HasSweepDetectors)
            {
                _timer.Arm();
            }
        }

        return ProcessOutcome(endpoint, generation, outcome, isCounted: false, detectors);
    }

    /// <summary>A trial request to an ejected endpoint came to an end; or it is known already that it failed.</summary>
    public void OnTrialEnded(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        if (endpoint.CurrentEjection is not { } ejection || ejection.Generation != generation)
        {
            return;
        }

        if (outcome.IsFailure)
        {
            // Where failures are quick, the next one would otherwise follow at once, and nearly every request would go by way of the dead endpoint.
            ejection.TrialGate.Leave(_timeProvider.GetTimestamp() + (long)(Detectors.Settings.Interval.TotalSeconds * _timeProvider.TimestampFrequency));
        }
        else if (outcome.IsSuccess)
        {
            _ejector.TryRestore(endpoint, generation, RestoreCause.TrialRequest, _sweep.Next);
        }
        else
        {
            ejection.TrialGate.Leave();
        }
    }

    /// <summary>An active check was passed, and that is to bring an ejected endpoint back.</summary>
    public void RestoreOnHealthyProbe(UpstreamEndpoint endpoint)
    {
        if (endpoint.CurrentEjection is { } ejection)
        {
            _ejector.TryRestore(endpoint, ejection.Generation, RestoreCause.HealthCheck, _sweep.Next);
        }
    }

    public void Dispose()
    {
        lock (_background)
        {
            _disposed = true;
            _timer.Dispose();
            _detectors.Dispose();
        }
    }

    /// <summary>Counts an attempt in the endpoint's status, if that is still to be done, and decides whatever is due.</summary>
    /// <returns>Whether the endpoint is out because of this.</returns>
    private bool ProcessOutcome(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome, bool isCounted, DetectorSet detectors)
    {
        while (true)
        {
            EndpointStatus status = endpoint.Status;
            if (status.Generation != generation)
            {
                return false;
            }

            EndpointStatus next = isCounted ? status : detectors.Count(status, outcome);
            Detection? detection = status.IsClaimed ? null : FindDetection(endpoint, generation, outcome, detectors, ref next);
            if (next.Word != status.Word && !endpoint.TryChangeStatus(status, next))
            {
                continue;
            }

            isCounted = true;
            if (detection is not { } found)
            {
                return false;
            }

            if (TryEjectClaimed(endpoint, generation, found, outcome, detectors))
            {
                return true;
            }
        }
    }

    /// <summary>Asks the detectors that act at once. Where one has fired, <paramref name="status"/> becomes the claim to make.</summary>
    private static Detection? FindDetection(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome last, DetectorSet detectors, ref EndpointStatus status)
    {
        if (detectors.FindFired(status) is { } streak)
        {
            Detection detection = streak.Describe(status, last);
            status = streak.Reset(status).WithClaim();
            return detection;
        }

        if (detectors.WindowedSuccessRate?.Find(endpoint, generation) is { } shortfall)
        {
            status = status.WithClaim();
            return shortfall;
        }

        return null;
    }

    /// <summary>Ejects an endpoint that the caller has claimed, or gives up the claim, but not before everything that has become due meanwhile was decided too.</summary>
    private bool TryEjectClaimed(UpstreamEndpoint endpoint, uint generation, Detection detection, in AttemptOutcome last, DetectorSet detectors)
    {
        while (true)
        {
            if (detection.Detector == OutlierDetectorKind.WindowedSuccessRate)
            {
                detectors.WindowedSuccessRate?.Reset(endpoint, generation);
            }

            if (_ejector.TryEject(endpoint, generation, detection, detectors.Settings, Endpoints.Length))
            {
                _timer.Arm();
                return true;
            }

            if (!TryFindNextDetection(endpoint, generation, last, detectors, out detection))
            {
                return false;
            }
        }
    }

    /// <returns>False: there is nothing more to decide, and the claim is given up or the endpoint has left.</returns>
    private static bool TryFindNextDetection(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome last, DetectorSet detectors, out Detection detection)
    {
        while (true)
        {
            detection = default;
            EndpointStatus status = endpoint.Status;
            if (status.Generation != generation)
            {
                return false;
            }

            StreakDetector? streak = detectors.FindFired(status);
            if (endpoint.TryChangeStatus(status, streak?.Reset(status) ?? status.WithoutClaim()))
            {
                detection = streak?.Describe(status, last) ?? default;
                return streak is not null;
            }
        }
    }

    private void Sweep()
    {
        lock (_background)
        {
            if (_disposed)
            {
                return;
            }

            _timer.Begin();
            if (_sweep.Run(_endpoints, Detectors))
            {
                _timer.Arm();
            }
        }
    }

    /// <summary>The sweep is in the background: it may wait for a report that has the claim, which is a few steps away from letting go.</summary>
    private void EjectFromSweep(SweepSample judged, Detection detection)
    {
        var wait = default(SpinWait);
        while (true)
        {
            EndpointStatus status = judged.Endpoint.Status;
            if (status.Generation != judged.Generation)
            {
                return;
            }

            if (status.IsClaimed)
            {
                Interleaving.Awaits(judged.Endpoint, ref wait);
            }
            else if (judged.Endpoint.TryChangeStatus(status, status.WithClaim()))
            {
                var last = AttemptOutcome.Failure(FailureKind.ErrorResponse);
                if (!TryEjectClaimed(judged.Endpoint, judged.Generation, detection, last, Detectors))
                {
                    ProcessOutcome(judged.Endpoint, judged.Generation, last, isCounted: true, Detectors);
                }

                return;
            }
        }
    }
}
