namespace LoadBalancing.Client;

/// <summary>The enabled detectors, in the order of their evaluation; created again when the settings change.</summary>
internal sealed class DetectorSet : IDisposable
{
    private readonly StreakDetector[] _streakDetectors;
    private readonly bool _hasSweepDetectors;

    public DetectorSet(OutlierDetectionSettings settings, TimeProvider timeProvider, long epoch)
    {
        Settings = settings;
        _streakDetectors = [.. StreaksOf(settings)];
        _hasSweepDetectors = settings.HasSweepDetectors;
        HasOnlyStreakDetectors = settings.WindowedSuccessRate is null && !_hasSweepDetectors;
        WindowedSuccessRate = settings.WindowedSuccessRate is { } window ? new WindowedSuccessRateDetector(window, timeProvider, epoch) : null;
        ExternalOriginDetectors = [.. CreateExternalOriginDetectors(settings)];
        LocalOriginDetectors = [.. CreateLocalOriginDetectors(settings)];
    }

    public OutlierDetectionSettings Settings { get; }

    /// <summary>Null when the detector is off.</summary>
    public WindowedSuccessRateDetector? WindowedSuccessRate { get; }

    /// <summary>The detectors that a sweep runs first, in order.</summary>
    public ISweepDetector[] ExternalOriginDetectors { get; }

    /// <summary>
    /// The detectors that a sweep runs after those, on the share of attempts that received a response: all attempts, unless local origin failures are
    /// counted separately.
    /// </summary>
    public ISweepDetector[] LocalOriginDetectors { get; }

    /// <summary>Whether a successful attempt matters only after failed ones.</summary>
    public bool HasOnlyStreakDetectors { get; }

    /// <summary>Whether any detector evaluates the attempts between two sweeps.</summary>
    public bool HasSweepDetectors => _hasSweepDetectors;

    /// <summary>Returns the status after one more attempt.</summary>
    public EndpointStatus Count(EndpointStatus status, in AttemptOutcome outcome)
    {
        foreach (StreakDetector detector in _streakDetectors)
        {
            status = detector.Count(status, outcome);
        }

        return status;
    }

    /// <summary>Evaluates the streak detectors.</summary>
    /// <param name="status">The endpoint's status.</param>
    /// <returns>The first detector that has fired; null if none has.</returns>
    public StreakDetector? FindFired(EndpointStatus status)
    {
        foreach (StreakDetector detector in _streakDetectors)
        {
            if (detector.HasFired(status))
            {
                return detector;
            }
        }

        return null;
    }

    /// <summary>Counts a successful attempt for all rate detectors.</summary>
    /// <returns>Whether a rate detector may fire now.</returns>
    public bool CountSuccess(UpstreamEndpoint endpoint, uint generation)
    {
        EndpointOutlierState tally = EndpointOutlierState.Of(endpoint);
        if (_hasSweepDetectors)
        {
            tally.AddResponse(generation, success: true);
        }

        return WindowedSuccessRate is not null && WindowedSuccessRate.CountSuccess(tally, generation);
    }

    /// <summary>Counts a failed attempt for all rate detectors.</summary>
    public void CountFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        EndpointOutlierState tally = EndpointOutlierState.Of(endpoint);
        if (_hasSweepDetectors)
        {
            // Where local origin failures are counted separately, an attempt without a response does not count for responses, and any response shows
            // that the endpoint is reachable.
            if (Settings.SplitLocalOrigin && outcome.IsLocalOrigin)
            {
                tally.AddLocalOriginFailure(generation);
            }
            else
            {
                tally.AddResponse(generation, success: false);
            }
        }

        WindowedSuccessRate?.CountFailure(tally, generation);
    }

    public void Dispose() => WindowedSuccessRate?.Dispose();

    /// <summary>Gateway failures first, as in Envoy: where both have the same threshold, the more specific reason is reported.</summary>
    private static IEnumerable<StreakDetector> StreaksOf(OutlierDetectionSettings settings)
    {
        if (settings.ConsecutiveGatewayErrors > 0)
        {
            yield return new GatewayErrorsDetector(
                settings.ConsecutiveGatewayErrors,
                settings.ConsecutiveGatewayErrorsEnforcementPercent,
                settings.SplitLocalOrigin);
        }

        if (settings.ConsecutiveErrors > 0)
        {
            yield return new ConsecutiveErrorsDetector(settings.ConsecutiveErrors, settings.ConsecutiveErrorsEnforcementPercent, settings.SplitLocalOrigin);
        }

        if (settings.ConsecutiveLocalOriginFailures > 0)
        {
            yield return new LocalOriginFailuresDetector(settings.ConsecutiveLocalOriginFailures, settings.ConsecutiveLocalOriginFailuresEnforcementPercent);
        }
    }

    private static IEnumerable<ISweepDetector> CreateExternalOriginDetectors(OutlierDetectionSettings settings)
    {
        if (settings.SuccessRate is { } rate)
        {
            yield return new SuccessRateDetector(rate, OutlierDetectorKind.SuccessRate, rate.EnforcementPercent);
        }

        if (settings.FailurePercentage is { } failures)
        {
            yield return new FailurePercentageDetector(failures, OutlierDetectorKind.FailurePercentage, failures.EnforcementPercent);
        }
    }

    private static IEnumerable<ISweepDetector> CreateLocalOriginDetectors(OutlierDetectionSettings settings)
    {
        if (settings.SuccessRate is { } rate)
        {
            yield return new SuccessRateDetector(rate, OutlierDetectorKind.LocalOriginSuccessRate, rate.LocalOriginEnforcementPercent);
        }

        if (settings.FailurePercentage is { } failures)
        {
            yield return new FailurePercentageDetector(failures, OutlierDetectorKind.LocalOriginFailurePercentage, failures.LocalOriginEnforcementPercent);
        }
    }
}
