namespace LoadBalancing.Client;

/// <summary>The names of detectors and of causes of restoration in metrics and logs. They are part of what users alert on: none changes with the name of its member.</summary>
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
        _ => throw new ArgumentOutOfRangeException(nameof(detector), detector, "No detector is of this kind."),
    };

    public static string NameOf(RestoreCause cause) => cause switch
    {
        RestoreCause.Sweep => "sweep",
        RestoreCause.TrialRequest => "probe",
        RestoreCause.HealthCheck => "active_check",
        _ => throw new ArgumentOutOfRangeException(nameof(cause), cause, "Nothing restores endpoints by this cause."),
    };
}
