namespace LoadBalancing.Client;

/// <summary>The compiled <see cref="FailurePercentageOutlierOptions"/>.</summary>
internal sealed record FailurePercentageSettings(
    double ThresholdPercent,
    int MinHosts,
    int RequestVolume,
    double EnforcementPercent,
    double LocalOriginEnforcementPercent)
{
    public static FailurePercentageSettings? From(FailurePercentageOutlierOptions? options) => options is null
        ? null
        : new FailurePercentageSettings(
            options.ThresholdPercent,
            options.MinHosts,
            options.RequestVolume,
            options.EnforcementPercent,
            options.LocalOriginEnforcementPercent);
}
