namespace LoadBalancing.Client;

/// <summary>The detectors that are on, in the order in which they are asked, made anew when the settings change.</summary>
internal sealed class DetectorSet : IDisposable
{
    private readonly StreakDetector[] _streaks;
    private readonly bool _countsShares;

    public DetectorSet(OutlierDetectionSettings settings, TimeProvider timeProvider, long epoch)
    {
        Settings = settings;
        _streaks = [.. StreaksOf(settings)];
        _countsShares = settings.CountsShares;
        CountsOnlyStreaks = settings.WindowedRate is null && !_countsShares;
        Window = settings.WindowedRate is { } window ? new WindowedRateDetector(window, timeProvider, epoch) : null;
        ExternalJudges = [.. ExternalJudgesOf(settings)];
        LocalJudges = [.. LocalJudgesOf(settings)];
    }

    public OutlierDetectionSettings Settings { get; }

    /// <summary>Null when it is off.</summary>
    public WindowedRateDetector? Window { get; }

    /// <summary>What a sweep asks, in order.</summary>
    public ISweepJudge[] ExternalJudges { get; }

    /// <summary>What a sweep asks after those, of the share of attempts that got an answer: all of them, unless those without one are counted apart.</summary>
    public ISweepJudge[] LocalJudges { get; }

    /// <summary>Whether nothing needs to know of an attempt that went well, unless others failed before it.</summary>
    public bool CountsOnlyStreaks { get; }

    /// <summary>Whether anything is judged by what came between two sweeps.</summary>
    public bool CountsShares => _countsShares;

    /// <summary>The status after one more attempt.</summary>
    public EndpointStatus Count(EndpointStatus status, in AttemptOutcome outcome)
    {
        foreach (StreakDetector detector in _streaks)
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
        foreach (StreakDetector detector in _streaks)
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
        EndpointTally tally = EndpointTally.Of(endpoint);
        if (_countsShares)
        {
            tally.AddAnswer(generation, success: true);
        }

        return Window is not null && Window.CountSuccess(tally, generation);
    }

    /// <summary>Counts an attempt that failed for everything that is judged by shares.</summary>
    public void CountFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome)
    {
        EndpointTally tally = EndpointTally.Of(endpoint);
        if (_countsShares)
        {
            // Where failures of local origin are counted apart, an attempt without an answer says nothing of answers, and one with any answer shows that the endpoint can be reached.
            if (Settings.SplitLocalOrigin && outcome.IsLocal)
            {
                tally.AddUnanswered(generation);
            }
            else
            {
                tally.AddAnswer(generation, success: false);
            }
        }

        Window?.CountFailure(tally, generation);
    }

    public void Dispose() => Window?.Dispose();

    /// <summary>Gateway failures first, as in Envoy: where both have the same threshold, the more telling reason is told.</summary>
    private static IEnumerable<StreakDetector> StreaksOf(OutlierDetectionSettings settings)
    {
        if (settings.ConsecutiveGatewayErrors > 0)
        {
            yield return new GatewayErrorsDetector(settings.ConsecutiveGatewayErrors, settings.EnforcingConsecutiveGatewayErrors, settings.SplitLocalOrigin);
        }

        if (settings.ConsecutiveErrors > 0)
        {
            yield return new ConsecutiveErrorsDetector(settings.ConsecutiveErrors, settings.EnforcingConsecutiveErrors, settings.SplitLocalOrigin);
        }

        if (settings.ConsecutiveLocalOriginFailures > 0)
        {
            yield return new LocalOriginDetector(settings.ConsecutiveLocalOriginFailures, settings.EnforcingConsecutiveLocalOriginFailures);
        }
    }

    private static IEnumerable<ISweepJudge> ExternalJudgesOf(OutlierDetectionSettings settings)
    {
        if (settings.SuccessRate is { } rate)
        {
            yield return new SuccessRateJudge(rate, DetectorNames.SuccessRate, rate.Enforcing);
        }

        if (settings.FailurePercentage is { } failures)
        {
            yield return new FailurePercentageJudge(failures, DetectorNames.FailurePercentage, failures.Enforcing);
        }
    }

    private static IEnumerable<ISweepJudge> LocalJudgesOf(OutlierDetectionSettings settings)
    {
        if (settings.SuccessRate is { } rate)
        {
            yield return new SuccessRateJudge(rate, DetectorNames.LocalOriginSuccessRate, rate.EnforcingLocalOrigin);
        }

        if (settings.FailurePercentage is { } failures)
        {
            yield return new FailurePercentageJudge(failures, DetectorNames.LocalOriginFailurePercentage, failures.EnforcingLocalOrigin);
        }
    }
}
