namespace LoadBalancing.Client;

/// <summary>The rules of outlier detection by which an endpoint can be ejected.</summary>
public enum OutlierDetectorKind
{
    /// <summary>Failures of any kind in a row: <see cref="OutlierDetectionOptions.ConsecutiveErrors"/>.</summary>
    ConsecutiveErrors = 0,

    /// <summary>Gateway failures in a row: <see cref="OutlierDetectionOptions.ConsecutiveGatewayErrors"/>.</summary>
    ConsecutiveGatewayErrors,

    /// <summary>Failures of local origin in a row, counted apart: <see cref="OutlierDetectionOptions.ConsecutiveLocalOriginFailures"/>.</summary>
    ConsecutiveLocalOriginFailures,

    /// <summary>The share of successes within a sliding window, judged with each failure: <see cref="OutlierDetectionOptions.WindowedSuccessRate"/>.</summary>
    WindowedSuccessRate,

    /// <summary>The share of successes since the last sweep, compared with the other endpoints: <see cref="OutlierDetectionOptions.SuccessRate"/>.</summary>
    SuccessRate,

    /// <summary>As <see cref="SuccessRate"/>, by failures of local origin alone, where <see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/> counts them apart.</summary>
    LocalOriginSuccessRate,

    /// <summary>The share of failures since the last sweep: <see cref="OutlierDetectionOptions.FailurePercentage"/>.</summary>
    FailurePercentage,

    /// <summary>As <see cref="FailurePercentage"/>, by failures of local origin alone, where <see cref="OutlierDetectionOptions.SplitExternalLocalOriginErrors"/> counts them apart.</summary>
    LocalOriginFailurePercentage,
}
