namespace LoadBalancing.Client;

/// <summary>The detectors of outlier detection that can eject an endpoint.</summary>
public enum OutlierDetectorKind
{
    /// <summary>Consecutive failures of any kind: <see cref="OutlierDetectionOptions.ConsecutiveErrors"/>.</summary>
    ConsecutiveErrors = 0,

    /// <summary>Consecutive gateway failures: <see cref="OutlierDetectionOptions.ConsecutiveGatewayErrors"/>.</summary>
    ConsecutiveGatewayErrors,

    /// <summary>Consecutive local origin failures, counted separately: <see cref="OutlierDetectionOptions.ConsecutiveLocalOriginFailures"/>.</summary>
    ConsecutiveLocalOriginFailures,

    /// <summary>The success rate within a sliding window, evaluated with each failure: <see cref="OutlierDetectionOptions.WindowedSuccessRate"/>.</summary>
    WindowedSuccessRate,

    /// <summary>The success rate since the last sweep, compared with the other endpoints: <see cref="OutlierDetectionOptions.SuccessRate"/>.</summary>
    SuccessRate,

    /// <summary>
    /// As <see cref="SuccessRate"/>, for local origin failures only, where <see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/>
    /// counts them separately.
    /// </summary>
    LocalOriginSuccessRate,

    /// <summary>The share of failures since the last sweep: <see cref="OutlierDetectionOptions.FailurePercentage"/>.</summary>
    FailurePercentage,

    /// <summary>
    /// As <see cref="FailurePercentage"/>, for local origin failures only, where <see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/>
    /// counts them separately.
    /// </summary>
    LocalOriginFailurePercentage,
}
