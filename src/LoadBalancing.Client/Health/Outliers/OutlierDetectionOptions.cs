namespace LoadBalancing.Client;

/// <summary>
/// Outlier detection: when a failing endpoint is ejected, and for how long. The rules are those of Envoy's outlier detection. Each detector is
/// enabled separately; only
/// <see cref="ConsecutiveErrors"/> is on by default.
/// </summary>
public sealed class OutlierDetectionOptions
{
    /// <summary>
    /// The number of consecutive failures that eject an endpoint. A failure is a response with one of the <see cref="ErrorStatuses"/>, a connection
    /// that could not be established or broke, or an attempt that timed out; any success resets the count. 1 to 4095; 0 switches this detector off.
    /// Default 5.
    /// </summary>
    public int ConsecutiveErrors { get; set; } = 5;

    /// <summary>
    /// The number of consecutive gateway failures that eject an endpoint: 502, 503, 504, and, unless they are counted separately, local origin
    /// failures. Any other response resets the count. 1 to 4095; 0, the default, switches this detector off.
    /// </summary>
    public int ConsecutiveGatewayErrors { get; set; }

    /// <summary>
    /// Whether local origin failures (no connection, a broken connection, no response before the timeout) are counted separately from error responses
    /// of the endpoint. They then count only for <see cref="ConsecutiveLocalOriginFailures"/> and for the local origin rates of <see
    /// cref="SuccessRate"/> and <see cref="FailurePercentage"/>. Default false: all failures are counted together.
    /// </summary>
    public bool SplitExternalLocalOriginErrors { get; set; }

    /// <summary>
    /// The number of consecutive local origin failures that eject an endpoint; any response, successful or not, resets the count. Used only with
    /// <see cref="SplitExternalLocalOriginErrors"/>. 1 to 4095; 0
    /// switches this detector off. Null, the default: 5.
    /// </summary>
    public int? ConsecutiveLocalOriginFailures { get; set; }

    /// <summary>Ejects, at each sweep, endpoints whose success rate is far below that of the others. Null, the default: off.</summary>
    public SuccessRateOutlierOptions? SuccessRate { get; set; }

    /// <summary>Ejects, at each sweep, endpoints whose share of failed requests is too large. Null, the default: off.</summary>
    public FailurePercentageOutlierOptions? FailurePercentage { get; set; }

    /// <summary>
    /// Ejects, immediately, an endpoint whose success rate over a sliding window is too low, independently of other endpoints. Null, the default:
    /// off.
    /// </summary>
    public WindowedSuccessRateOutlierOptions? WindowedSuccessRate { get; set; }

    /// <summary>
    /// The responses that count as failures: HTTP statuses and ranges of them, like <c>429</c>, <c>500-599</c> or <c>5xx</c>, 100 to 599. Every
    /// other response is a success. Null or empty, the default: 500-599. Retries follow <see cref="RetryOptions.RetryOn"/> and not this list.
    /// </summary>
    public IList<StatusRange>? ErrorStatuses { get; set; }

    /// <summary>
    /// The failures without a response that count: <c>connect</c>, <c>reset</c>, <c>timeout</c>. Failures that are not in the list are ignored. Null,
    /// the default: all three; empty: none.
    /// </summary>
    public IList<string>? ErrorExceptions { get; set; }

    /// <summary>
    /// The share of detections by <see cref="ConsecutiveErrors"/> that eject, in percent; the others are only counted and logged. 0 to 100; default
    /// 100.
    /// </summary>
    public double ConsecutiveErrorsEnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The share of detections by <see cref="ConsecutiveGatewayErrors"/> that eject, in percent; the others are only counted and logged. 0 to 100;
    /// default 100 (in Envoy 0: there it is set together with the count).
    /// </summary>
    public double ConsecutiveGatewayErrorsEnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The share of detections by <see cref="ConsecutiveLocalOriginFailures"/> that eject, in percent; the others are only counted and logged. 0 to
    /// 100; default 100.
    /// </summary>
    public double ConsecutiveLocalOriginFailuresEnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The time between two sweeps. With <see cref="EjectionRestorePolicy.Sweep"/> endpoints are restored only at a sweep, and the ejection
    /// multiplier decreases only at a sweep; <see cref="SuccessRate"/> and <see cref="FailurePercentage"/> evaluate the attempts since the last
    /// sweep. Above zero; default 1 minute.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The minimum duration of a first ejection; the n-th in close succession lasts n times as long. The multiplier decreases by one at each sweep at
    /// which the endpoint has been restored for at least one <see cref="Interval"/>. Above zero; default 3 minutes.
    /// </summary>
    public TimeSpan BaseEjectionTime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The maximum of the minimum duration of an ejection, without jitter. At least <see cref="BaseEjectionTime"/>. Null, the default: ten times
    /// that, or 300 s if longer.
    /// </summary>
    public TimeSpan? MaxEjectionTime { get; set; }

    /// <summary>
    /// The maximum random addition to each ejection, so that many clients do not restore an endpoint simultaneously. Zero: no jitter. Null, the
    /// default: a tenth of <see cref="BaseEjectionTime"/>.
    /// </summary>
    public TimeSpan? MaxEjectionTimeJitter { get; set; }

    /// <summary>
    /// The maximum share of endpoints that may be ejected simultaneously, in percent, 0 to 100; rounded down to whole endpoints, but at least one
    /// where there are two or more. 0: no endpoint is ejected. Default 50. It applies when ejecting; a set that shrinks afterwards restores no
    /// endpoint.
    /// </summary>
    public double MaxEjectionPercent { get; set; } = 50;

    /// <summary>How an endpoint is restored when its ejection time is over. Default <see cref="EjectionRestorePolicy.Sweep"/>, as in Envoy.</summary>
    public EjectionRestorePolicy RestorePolicy { get; set; } = EjectionRestorePolicy.Sweep;
}
