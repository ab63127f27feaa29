namespace LoadBalancing.Client;

/// <summary>
/// When an endpoint that answers badly is taken out of service, and for how long. The rules are Envoy's outlier detection. Each detector is on or off by itself; only
/// <see cref="ConsecutiveErrors"/> is on by default.
/// </summary>
public sealed class OutlierDetectionOptions
{
    /// <summary>
    /// How many failures in a row take an endpoint out. A failure is an answer with one of the <see cref="ErrorStatuses"/>, a connection that did not come about or broke, or an attempt
    /// that ran out of time; any success starts the count anew. 1 to 4095; 0 switches this detector off. Default 5.
    /// </summary>
    public int ConsecutiveErrors { get; set; } = 5;

    /// <summary>
    /// How many gateway failures in a row take an endpoint out: 502, 503, 504, and, unless they are counted apart, failures of local origin. Any other answer starts the count
    /// anew. 1 to 4095; 0, the default, switches this detector off.
    /// </summary>
    public int ConsecutiveGatewayErrors { get; set; }

    /// <summary>
    /// Whether failures that were noticed on this side (no connection, a broken one, no answer in time) are counted apart from answers that say that the endpoint failed. They then count
    /// for <see cref="ConsecutiveLocalOriginFailures"/> and for shares of their own, and for nothing else. Default false: a failure is a failure.
    /// </summary>
    public bool SplitExternalLocalOriginErrors { get; set; }

    /// <summary>
    /// How many failures of local origin in a row take an endpoint out; any answer, good or bad, starts the count anew. Heeded only with <see cref="SplitExternalLocalOriginErrors"/>. 1 to 4095; 0
    /// switches this detector off. Null, the default: 5.
    /// </summary>
    public int? ConsecutiveLocalOriginFailures { get; set; }

    /// <summary>Takes out, at the sweep, endpoints whose share of successes lies far below that of the others. Null, the default: off.</summary>
    public SuccessRateOutlierOptions? SuccessRate { get; set; }

    /// <summary>Takes out, at the sweep, endpoints that failed too large a share of their requests. Null, the default: off.</summary>
    public FailurePercentageOutlierOptions? FailurePercentage { get; set; }

    /// <summary>Takes out, at once, an endpoint whose share of successes over a moving window is too small, whatever the others do. Null, the default: off.</summary>
    public WindowedSuccessRateOutlierOptions? WindowedSuccessRate { get; set; }

    /// <summary>
    /// The responses that count as failures: HTTP statuses and ranges of them, like <c>429</c>, <c>500-599</c> or <c>5xx</c>, 100 to 599. Every
    /// other response is a success. Null or empty, the default: 500-599. Retries go by <see cref="RetryOptions.RetryOn"/> and not by this.
    /// </summary>
    public IList<StatusRange>? ErrorStatuses { get; set; }

    /// <summary>
    /// The failures without an answer that count: <c>connect</c>, <c>reset</c>, <c>timeout</c>. One that is left out says nothing about the endpoint. Null, the default: all three; empty: none.
    /// </summary>
    public IList<string>? ErrorExceptions { get; set; }

    /// <summary>How often, in percent, a detection by <see cref="ConsecutiveErrors"/> ejects; the others are only counted and told. 0 to 100; default 100.</summary>
    public double ConsecutiveErrorsEnforcementPercent { get; set; } = 100;

    /// <summary>How often, in percent, a detection by <see cref="ConsecutiveGatewayErrors"/> ejects. 0 to 100; default 100 (in Envoy 0: there it is set together with the count).</summary>
    public double ConsecutiveGatewayErrorsEnforcementPercent { get; set; } = 100;

    /// <summary>How often, in percent, a detection by <see cref="ConsecutiveLocalOriginFailures"/> ejects. 0 to 100; default 100.</summary>
    public double ConsecutiveLocalOriginFailuresEnforcementPercent { get; set; } = 100;

    /// <summary>
    /// The time between two sweeps. Endpoints return to service, and are forgiven, only at a sweep; <see cref="SuccessRate"/> and <see cref="FailurePercentage"/> judge what came since the last
    /// one. Above zero; default 1 minute.
    /// </summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The least time of a first ejection; the n-th in close succession lasts n times as long. One ejection is forgiven at each sweep at which the endpoint has been back for
    /// an interval. Above zero; default 3 minutes.
    /// </summary>
    public TimeSpan BaseEjectionTime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>The longest least time of an ejection, jitter not counted. At least <see cref="BaseEjectionTime"/>. Null, the default: ten times that, or 300 s if longer.</summary>
    public TimeSpan? MaxEjectionTime { get; set; }

    /// <summary>
    /// The most that is added by chance to each ejection, so that many clients do not return an endpoint at the same moment. Zero: none. Null, the default: a tenth of <see cref="BaseEjectionTime"/>.
    /// </summary>
    public TimeSpan? MaxEjectionTimeJitter { get; set; }

    /// <summary>
    /// The largest share of the endpoints that may be out at once, in percent, 0 to 100, rounded down to whole endpoints but never below one of two or more. 0: nothing is taken out. Default 50. It
    /// is tested when ejecting; a set that shrinks afterwards returns nobody.
    /// </summary>
    public double MaxEjectionPercent { get; set; } = 50;

    /// <summary>How an endpoint comes back when its time is up. Default <see cref="EjectionRestorePolicy.Sweep"/>, as in Envoy.</summary>
    public EjectionRestorePolicy RestorePolicy { get; set; } = EjectionRestorePolicy.Sweep;
}
