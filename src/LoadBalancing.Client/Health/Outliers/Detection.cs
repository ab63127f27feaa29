namespace LoadBalancing.Client;

/// <summary>The finding of a detector that an endpoint is an outlier.</summary>
/// <param name="Detector">The detector.</param>
/// <param name="Reason">The finding, as readable text.</param>
/// <param name="Failures">The number of failures counted.</param>
/// <param name="Attempts">The number of attempts counted.</param>
/// <param name="EnforcementPercent">The share of detections that eject, in percent.</param>
internal readonly record struct Detection(OutlierDetectorKind Detector, string Reason, long Failures, long Attempts, double EnforcementPercent);
