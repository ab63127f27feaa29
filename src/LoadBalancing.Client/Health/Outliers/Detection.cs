namespace LoadBalancing.Client;

/// <summary>A detector has found an endpoint to be bad.</summary>
/// <param name="Detector">Which one.</param>
/// <param name="Reason">What it found, for people.</param>
/// <param name="Failures">How many failures it has counted.</param>
/// <param name="Attempts">Among how many attempts.</param>
/// <param name="EnforcementPercent">How often, in percent, an ejection follows.</param>
internal readonly record struct Detection(OutlierDetectorKind Detector, string Reason, long Failures, long Attempts, double EnforcementPercent);
