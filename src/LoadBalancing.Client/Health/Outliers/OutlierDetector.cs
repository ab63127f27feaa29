namespace LoadBalancing.Client;

/// <summary>
/// Ejects endpoints that fail too often, and restores them. The rules are those of Envoy's outlier detection, with two stricter points: test, reset
/// and claim are one atomic step, so it is always exactly the n-th consecutive failure that ejects; and reports that began in an earlier generation
/// of the endpoint are ignored.
/// </summary>
/// <remarks>
/// <code>
/// report:  count --> a detector fires --> endpoint claimed --> quota reserved? --> ejected, new generation   (all in the report)
/// sweep:   ejection time over --> restored, new generation; rates evaluated, ejected in the same way; restored for an interval --> multiplier decreased
/// </code>
/// Reports run on the threads of requests and never wait. While one report holds the claim, the others only count; the holder evaluates again before
/// it releases the claim, so no due detection is lost. The sweep, which runs only while there is work for it, and changes of the endpoints run in the
/// background and share a lock.
/// </remarks>
internal sealed class OutlierDetector : IDisposable
{
    private readonly Lock _background = new();
    private readonly TimeProvider _timeProvider;
    private readonly long _epoch;
    private readonly Ejector _ejector;
    private readonly OutlierSweep _sweep;
    private readonly BackgroundGuard _guard;
    private readonly SweepTimer _timer;
    private DetectorSet _detectors;
    private UpstreamEndpoint[] _endpoints = [];
    private bool _disposed;

    /// <param name="settings">The settings.</param>
    /// <param name="events">Receives ejections and restorations.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">The randomness of ejection times and enforcement.</param>
    /// <param name="guard">Runs the sweeps.</param>
    public OutlierDetector(
        OutlierDetectionSettings settings,
        IEjectionEvents events,
        TimeProvider timeProvider,
        RandomSource random,
        BackgroundGuard guard)
    {
        _guard = guard;
        _timeProvider = timeProvider;
        _epoch = timeProvider.GetTimestamp();
        _detectors = new DetectorSet(settings, timeProvider, _epoch);
        _ejector = new Ejector(events, timeProvider, random);
        _sweep = new OutlierSweep(_ejector, EjectFromSweep);
        _timer = new SweepTimer(Sweep, settings.Interval, timeProvider, _epoch);
    }

    /// <summary>The number of ejected endpoints.</summary>
    public int EjectedCount => _ejector.EjectedCount;

    /// <summary>The number of sweeps so far.</summary>
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

    /// <summary>
    /// Applies new settings. Current ejections keep their duration, unless their detector cannot eject any more: then the endpoint is restored.
    /// </summary>
    public void Configure(OutlierDetectionSettings settings)
    {
        lock (_background)
        {
            DetectorSet before = _detectors;
            Volatile.Write(ref _detectors, new DetectorSet(settings, _timeProvider, _epoch));
            before.Dispose();
            _timer.Configure(settings.Interval);
            _sweep.RestoreUndetectable(_endpoints, settings);
        }
    }

    /// <summary>Applies a new set of endpoints. Removed endpoints can no longer be ejected; the quota of those that are ejected is released.</summary>
    public void SetEndpoints(UpstreamEndpoint[] endpoints, IEnumerable<UpstreamEndpoint> removed)
    {
        lock (_background)
        {
            foreach (UpstreamEndpoint endpoint in endpoints)
            {
                endpoint.OutlierState ??= new EndpointOutlierState();
            }

            Interleaving.Writes(this);
            Volatile.Write(ref _endpoints, endpoints);
            foreach (UpstreamEndpoint endpoint in removed)
            {
                _ejector.Retire(endpoint);
            }
        }
    }

    /// <summary>Processes a successful attempt whose response was read to the end. Called on the request path; lock-free.</summary>
    public void OnSuccess(UpstreamEndpoint endpoint, uint generation)
    {
        DetectorSet detectors = Detectors;
        EndpointStatus status = endpoint.Status;
        bool hasMore = status.HasStreak;
        if (!detectors.HasOnlyStreakDetectors)
        {
            // Attempts that reach an ejected endpoint in panic are not counted; attempts of an earlier generation are ignored by the counters.
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

    /// <summary>Processes a failed attempt. Its consequences for picks have taken effect when this returns.</summary>
    /// <returns>Whether this report ejected the endpoint.</returns>
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

    /// <summary>Processes a trial request to an ejected endpoint that has ended, or has already failed.</summary>
    public void OnTrialEnded(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        if (endpoint.CurrentEjection is not { } ejection || ejection.Generation != generation)
        {
            return;
        }

        if (outcome.IsSuccess)
        {
            _ejector.TryRestore(endpoint, generation, RestoreCause.TrialRequest, _sweep.Next);
            return;
        }

        // Without a pause the next trial would follow immediately, and nearly every request would first try the dead endpoint. A neutral end is no
        // better than a failure: on an endpoint that does not respond, callers give up.
        ejection.TrialGate.Leave(_timeProvider.GetTimestamp() + (long)(Detectors.Settings.Interval.TotalSeconds * _timeProvider.TimestampFrequency));
    }

    /// <summary>Restores an ejected endpoint because it has passed a probe.</summary>
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

    /// <summary>Counts an attempt in the endpoint's status, unless it is counted already, and processes all due detections.</summary>
    /// <returns>Whether the endpoint was ejected by this call.</returns>
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

    /// <summary>Evaluates the detectors that act immediately. Where one has fired, <paramref name="status"/> becomes the claim to make.</summary>
    private static Detection? FindDetection(
        UpstreamEndpoint endpoint,
        uint generation,
        in AttemptOutcome last,
        DetectorSet detectors,
        ref EndpointStatus status)
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

    /// <summary>
    /// Ejects an endpoint that the caller has claimed, or releases the claim after all detections that became due meanwhile are processed too.
    /// </summary>
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

    /// <returns>False: no detection is due, and the claim is released or the endpoint was removed.</returns>
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
        if (_guard.Run(BackgroundWork.Sweep, RunSweep) is not null)
        {
            // Ejected endpoints must not wait for the next report.
            _timer.Arm();
        }
    }

    private void RunSweep()
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

    /// <summary>The sweep runs in the background: it may wait for a report that holds the claim, which is a few steps away from releasing it.</summary>
    private void EjectFromSweep(SweepSample sample, Detection detection)
    {
        var wait = default(SpinWait);
        while (true)
        {
            EndpointStatus status = sample.Endpoint.Status;
            if (status.Generation != sample.Generation)
            {
                return;
            }

            if (status.IsClaimed)
            {
                Interleaving.Awaits(sample.Endpoint, ref wait);
            }
            else if (sample.Endpoint.TryChangeStatus(status, status.WithClaim()))
            {
                var last = AttemptOutcome.Failure(FailureKind.ErrorResponse);
                if (!TryEjectClaimed(sample.Endpoint, sample.Generation, detection, last, Detectors))
                {
                    ProcessOutcome(sample.Endpoint, sample.Generation, last, isCounted: true, Detectors);
                }

                return;
            }
        }
    }
}
