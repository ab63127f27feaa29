namespace LoadBalancing.Client;

/// <summary>When an endpoint that answers badly is taken out of service, and for how long. The rules are Envoy's outlier detection.</summary>
public sealed class OutlierDetectionOptions
{
    /// <summary>
    /// How many failures in a row take an endpoint out. A failure is a 5xx answer, a connection that did not come about or broke, or an attempt that ran out of time; any
    /// success starts the count anew. At least 1; 0 switches this detector off. Default 5.
    /// </summary>
    public int ConsecutiveErrors { get; set; } = 5;

    /// <summary>The time between two sweeps. Endpoints return to service, and are forgiven, only at a sweep. Above zero; default 1 minute.</summary>
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
}
