namespace LoadBalancing.Client;

/// <summary>The <see cref="OutlierDetectionOptions"/> with all defaults resolved. A detector that is off is null, or 0.</summary>
internal sealed record OutlierDetectionSettings(
    uint ConsecutiveErrors,
    TimeSpan Interval,
    TimeSpan BaseEjectionTime,
    TimeSpan MaxEjectionTime,
    TimeSpan MaxEjectionTimeJitter,
    double MaxEjectionPercent)
{
    private const uint DefaultLocalOriginFailures = 5;

    private static readonly TimeSpan LongestByDefault = TimeSpan.FromSeconds(300);

    public double ConsecutiveErrorsEnforcementPercent { get; init; } = 100;

    public uint ConsecutiveGatewayErrors { get; init; }

    public double ConsecutiveGatewayErrorsEnforcementPercent { get; init; } = 100;

    public bool SplitLocalOrigin { get; init; }

    public uint ConsecutiveLocalOriginFailures { get; init; }

    public double ConsecutiveLocalOriginFailuresEnforcementPercent { get; init; } = 100;

    public SuccessRateSettings? SuccessRate { get; init; }

    public FailurePercentageSettings? FailurePercentage { get; init; }

    public WindowedSuccessRateSettings? WindowedSuccessRate { get; init; }

    public EjectionRestorePolicy RestorePolicy { get; init; }

    public bool CountsConnect { get; init; } = true;

    public bool CountsReset { get; init; } = true;

    public bool CountsTimeout { get; init; } = true;

    /// <summary>Whether any detector evaluates the attempts between two sweeps.</summary>
    public bool HasSweepDetectors => SuccessRate is not null || FailurePercentage is not null;

    public static OutlierDetectionSettings From(OutlierDetectionOptions options) =>
        new(
            (uint)options.ConsecutiveErrors,
            options.Interval,
            options.BaseEjectionTime,
            options.MaxEjectionTime ?? TimeSpan.FromTicks(Math.Max((options.BaseEjectionTime * 10).Ticks, LongestByDefault.Ticks)),
            options.MaxEjectionTimeJitter ?? options.BaseEjectionTime / 10,
            options.MaxEjectionPercent)
        {
            ConsecutiveErrorsEnforcementPercent = options.ConsecutiveErrorsEnforcementPercent,
            ConsecutiveGatewayErrors = (uint)options.ConsecutiveGatewayErrors,
            ConsecutiveGatewayErrorsEnforcementPercent = options.ConsecutiveGatewayErrorsEnforcementPercent,
            SplitLocalOrigin = options.SplitExternalLocalOriginErrors,
            ConsecutiveLocalOriginFailures = options.SplitExternalLocalOriginErrors
                ? (uint?)options.ConsecutiveLocalOriginFailures ?? DefaultLocalOriginFailures
                : 0,
            ConsecutiveLocalOriginFailuresEnforcementPercent = options.ConsecutiveLocalOriginFailuresEnforcementPercent,
            SuccessRate = SuccessRateSettings.From(options.SuccessRate),
            FailurePercentage = FailurePercentageSettings.From(options.FailurePercentage),
            WindowedSuccessRate = WindowedSuccessRateSettings.From(options.WindowedSuccessRate),
            RestorePolicy = options.RestorePolicy,
            CountsConnect = FailureKindNames.IsCounted(options.ErrorExceptions, FailureKind.Connect),
            CountsReset = FailureKindNames.IsCounted(options.ErrorExceptions, FailureKind.Reset),
            CountsTimeout = FailureKindNames.IsCounted(options.ErrorExceptions, FailureKind.Timeout),
        };

    /// <summary>Whether a failure of this kind counts.</summary>
    public bool Counts(FailureKind kind) => kind switch
    {
        FailureKind.Connect => CountsConnect,
        FailureKind.Reset => CountsReset,
        FailureKind.Timeout => CountsTimeout,
        _ => true,
    };

    /// <summary>Whether a detector can eject endpoints: it is on, enforced for some detections, and ejections are allowed at all.</summary>
    public bool CanEject(OutlierDetectorKind detector) => MaxEjectionPercent > 0 && detector switch
    {
        OutlierDetectorKind.ConsecutiveErrors => ConsecutiveErrors > 0 && ConsecutiveErrorsEnforcementPercent > 0,
        OutlierDetectorKind.ConsecutiveGatewayErrors => ConsecutiveGatewayErrors > 0 && ConsecutiveGatewayErrorsEnforcementPercent > 0,
        OutlierDetectorKind.ConsecutiveLocalOriginFailures => ConsecutiveLocalOriginFailures > 0 && ConsecutiveLocalOriginFailuresEnforcementPercent > 0,
        OutlierDetectorKind.WindowedSuccessRate => WindowedSuccessRate is { EnforcementPercent: > 0 },
        OutlierDetectorKind.SuccessRate => SuccessRate is { EnforcementPercent: > 0 },
        OutlierDetectorKind.LocalOriginSuccessRate => SplitLocalOrigin && SuccessRate is { LocalOriginEnforcementPercent: > 0 },
        OutlierDetectorKind.FailurePercentage => FailurePercentage is { EnforcementPercent: > 0 },
        OutlierDetectorKind.LocalOriginFailurePercentage => SplitLocalOrigin && FailurePercentage is { LocalOriginEnforcementPercent: > 0 },
        _ => true,
    };

    /// <summary>The maximum number of endpoints that may be ejected simultaneously.</summary>
    public int GetMaxEjected(int endpointCount)
    {
        if (MaxEjectionPercent <= 0)
        {
            return 0;
        }

        // 29 % of 100 is 28.999999999999996 in floating point: without the small addition the result would be one endpoint too low.
        int share = (int)((endpointCount * MaxEjectionPercent / 100) + 1e-9);
        return endpointCount >= 2 ? Math.Max(1, share) : share;
    }

    /// <summary>The multiplier of the next ejection. It stops growing one step past the maximum duration, as in Envoy.</summary>
    public int NextMultiplier(int multiplier) =>
        multiplier * BaseEjectionTime.TotalSeconds < (MaxEjectionTime + BaseEjectionTime).TotalSeconds ? multiplier + 1 : multiplier;

    public TimeSpan EjectionTime(int multiplier)
    {
        double seconds = Math.Min(BaseEjectionTime.TotalSeconds * multiplier, MaxEjectionTime.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }
}
