namespace LoadBalancing.Client;

/// <summary>
/// The names of detectors and restore causes in metrics and logs. Dashboards and alerts depend on them, so they do not follow renames of the enum
/// members.
/// </summary>
internal static class EjectionNames
{
    public static string NameOf(OutlierDetectorKind detector) => detector switch
    {
        OutlierDetectorKind.ConsecutiveErrors => "consecutive_errors",
        OutlierDetectorKind.ConsecutiveGatewayErrors => "consecutive_gateway_errors",
        OutlierDetectorKind.ConsecutiveLocalOriginFailures => "consecutive_local_origin_failures",
        OutlierDetectorKind.WindowedSuccessRate => "windowed_success_rate",
        OutlierDetectorKind.SuccessRate => "success_rate",
        OutlierDetectorKind.LocalOriginSuccessRate => "local_origin_success_rate",
        OutlierDetectorKind.FailurePercentage => "failure_percentage",
        OutlierDetectorKind.LocalOriginFailurePercentage => "local_origin_failure_percentage",
        _ => throw new ArgumentOutOfRangeException(nameof(detector), detector, "The detector kind is unknown."),
    };

    public static string NameOf(RestoreCause cause) => cause switch
    {
        RestoreCause.Sweep => "sweep",
        RestoreCause.TrialRequest => "trial_request",
        RestoreCause.HealthCheck => "health_check",
        RestoreCause.DetectorDisabled => "detector_disabled",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "The restore cause is unknown."),
    };
}
