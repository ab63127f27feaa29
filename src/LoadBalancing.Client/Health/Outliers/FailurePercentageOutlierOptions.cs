namespace LoadBalancing.Client;

/// <summary>Ejects endpoints whose share of failed requests between two sweeps reaches a threshold.</summary>
public sealed class FailurePercentageOutlierOptions
{
    /// <summary>The share of failed requests, in percent, at or above which an endpoint is ejected. Above 0, at most 100; default 85.</summary>
    public double ThresholdPercent { get; set; } = 85;

    /// <summary>The minimum number of endpoints with at least <see cref="RequestVolume"/> requests for the detector to run. At least 1; default 5.</summary>
    public int MinHosts { get; set; } = 5;

    /// <summary>The minimum number of requests of an endpoint between two sweeps for it to be evaluated. At least 1; default 50.</summary>
    public int RequestVolume { get; set; } = 50;

    /// <summary>
    /// The share of detections that eject, in percent; the others are only counted and logged. 0 to 100; default 100 (in Envoy 0: there this detector
    /// is always on).
    /// </summary>
    public double EnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The share of detections of local origin failures that eject, in percent, where those failures are counted separately
    /// (<see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/>). 0 to 100; default 100.
    /// </summary>
    public double LocalOriginEnforcementPercent { get; set; } = 100;
}
