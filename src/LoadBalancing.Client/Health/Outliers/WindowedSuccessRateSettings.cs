namespace LoadBalancing.Client;

/// <summary>What <see cref="WindowedSuccessRateOutlierOptions"/> come to.</summary>
internal sealed record WindowedSuccessRateSettings(TimeSpan Window, double ThresholdPercent, int RequestVolume, double EnforcementPercent)
{
    public static WindowedSuccessRateSettings? From(WindowedSuccessRateOutlierOptions? options) => options is null
        ? null
        : new WindowedSuccessRateSettings(options.Window, options.ThresholdPercent, options.RequestVolume, options.EnforcementPercent);
}
