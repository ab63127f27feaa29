namespace LoadBalancing.Client;

/// <summary>What telemetry calls the detectors, and what brings endpoints back.</summary>
internal static class DetectorNames
{
    public const string ConsecutiveErrors = "consecutive_errors";
    public const string GatewayErrors = "consecutive_gateway_errors";
    public const string LocalOriginFailures = "consecutive_local_origin_failures";
    public const string WindowedSuccessRate = "windowed_success_rate";
    public const string SuccessRate = "success_rate";
    public const string LocalOriginSuccessRate = "local_origin_success_rate";
    public const string FailurePercentage = "failure_percentage";
    public const string LocalOriginFailurePercentage = "local_origin_failure_percentage";

    public const string RestoredBySweep = "sweep";
    public const string RestoredByTrial = "probe";
    public const string RestoredByHealthCheck = "active_check";
}
