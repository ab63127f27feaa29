namespace LoadBalancing.Client;

/// <summary>The compiled <see cref="SuccessRateOutlierOptions"/>.</summary>
internal sealed record SuccessRateSettings(int MinHosts, int RequestVolume, double StdevFactor, double EnforcementPercent, double LocalOriginEnforcementPercent)
{
    public static SuccessRateSettings? From(SuccessRateOutlierOptions? options) => options is null
        ? null
        : new SuccessRateSettings(
            options.MinHosts,
            options.RequestVolume,
            options.StdevFactor,
            options.EnforcementPercent,
            options.LocalOriginEnforcementPercent);
}
