namespace LoadBalancing.Client;

/// <summary>The compiled <see cref="WindowedSuccessRateOutlierOptions"/>.</summary>
internal sealed record WindowedSuccessRateSettings(TimeSpan Window, double ThresholdPercent, int RequestVolume, double EnforcementPercent)
{
    public static WindowedSuccessRateSettings? From(WindowedSuccessRateOutlierOptions? options) => options is null
        ? null
        : new WindowedSuccessRateSettings(options.Window, options.ThresholdPercent, options.RequestVolume, options.EnforcementPercent);
}
