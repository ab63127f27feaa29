namespace LoadBalancing.Client;

/// <summary>The detectors that are on, in the order in which they are asked, made anew when the settings change.</summary>
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

    /// <summary>Null when it is off.</summary>
    public WindowedSuccessRateDetector? WindowedSuccessRate { get; }

    /// <summary>What a sweep asks, in order.</summary>
    public ISweepDetector[] ExternalOriginDetectors { get; }

    /// <summary>What a sweep asks after those, of the share of attempts that got an answer: all of them, unless those without one are counted apart.</summary>
    public ISweepDetector[] LocalOriginDetectors { get; }

    /// <summary>Whether nothing needs to know of an attempt that went well, unless others failed before it.</summary>
    public bool HasOnlyStreakDetectors { get; }

    /// <summary>Whether anything is judged by what came between two sweeps.</summary>
    public bool HasSweepDetectors => _hasSweepDetectors;

    /// <summary>The status after one more attempt.</summary>
    public EndpointStatus Count(EndpointStatus status, in AttemptOutcome outcome)
    {
        foreach (StreakDetector detector in _streakDetectors)
        {
            status = detector.Count(status, outcome);
        }

        return status;
    }

    /// <summary>Asks the detectors of streaks.</summary>
    /// <param name="status">The endpoint's status.</param>
    /// <returns>The first that has fired; null: none.</returns>
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

    /// <summary>Counts an attempt that went well for everything that is judged by shares.</summary>
    /// <returns>Whether a detector of shares may find something now.</returns>
    public bool CountSuccess(UpstreamEndpoint endpoint, uint generation)
    {
        EndpointOutlierState tally = EndpointOutlierState.Of(endpoint);
        if (_hasSweepDetectors)
        {
            tally.AddResponse(generation, success: true);
        }

        return WindowedSuccessRate is not null && WindowedSuccessRate.CountSuccess(tally, generation);
    }

    /// <summary>Counts an attempt that failed for everything that is judged by shares.</summary>
    public void CountFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        EndpointOutlierState tally = EndpointOutlierState.Of(endpoint);
        if (_hasSweepDetectors)
        {
            // Where failures of local origin are counted apart, an attempt without an answer says nothing of answers, and one with any answer shows that the endpoint can be reached.
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

    /// <summary>Gateway failures first, as in Envoy: where both have the same threshold, the more telling reason is told.</summary>
    private static IEnumerable<StreakDetector> StreaksOf(OutlierDetectionSettings settings)
    {
        if (settings.ConsecutiveGatewayErrors > 0)
        {
            yield return new GatewayErrorsDetector(settings.ConsecutiveGatewayErrors, settings.ConsecutiveGatewayErrorsEnforcementPercent, settings.SplitLocalOrigin);
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
