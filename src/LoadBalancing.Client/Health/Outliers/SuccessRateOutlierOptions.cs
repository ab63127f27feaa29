namespace LoadBalancing.Client;

/// <summary>
/// Ejects endpoints whose success rate is below the mean of all endpoints by more than a number of standard deviations. It compares endpoints with
/// each other, so it does not eject when all of them fail; and it cannot fire in small sets: of four endpoints, one that fails every request is only
/// 1.73 standard deviations below the mean.
/// </summary>
public sealed class SuccessRateOutlierOptions
{
    /// <summary>The minimum number of endpoints with at least <see cref="RequestVolume"/> requests for the detector to run. At least 1; default 5.</summary>
    public int MinHosts { get; set; } = 5;

    /// <summary>
    /// The minimum number of requests of an endpoint between two sweeps for it to be evaluated and to count for the mean. At least 1; default 100.
    /// </summary>
    public int RequestVolume { get; set; } = 100;

    /// <summary>
    /// The number of standard deviations (of the population) below the mean beyond which an endpoint is ejected. Above zero; default 1.9. In Envoy
    /// the same value is 1900.
    /// </summary>
    public double StdevFactor { get; set; } = 1.9;

    /// <summary>The share of detections that eject, in percent; the others are only counted and logged. 0 to 100; default 100.</summary>
    public double EnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The share of detections of local origin failures that eject, in percent, where those failures are counted separately
    /// (<see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/>). 0 to 100; default 100.
    /// </summary>
    public double LocalOriginEnforcementPercent { get; set; } = 100;
}
