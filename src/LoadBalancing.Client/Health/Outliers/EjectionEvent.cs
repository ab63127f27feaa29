namespace LoadBalancing.Client;

/// <summary>
/// An ejection of an endpoint, or an ejection that was due and refused, with its reason. Immutable, and safe for use from any number of threads.
/// </summary>
public sealed class EjectionEvent
{
    internal EjectionEvent(
        UpstreamEndpoint endpoint,
        OutlierDetectorKind detector,
        string reason,
        long failures,
        long attempts,
        DateTimeOffset at,
        TimeSpan? length)
    {
        Endpoint = endpoint;
        Detector = detector;
        Reason = reason;
        FailureCount = failures;
        AttemptCount = attempts;
        Timestamp = at;
        Duration = length;
    }

    /// <summary>Gets the endpoint.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>
    /// Gets the detector that fired. Metrics report it as the tag <c>loadbalancing.detector</c>, with stable values such as
    /// <c>consecutive_errors</c>.
    /// </summary>
    public OutlierDetectorKind Detector { get; }

    /// <summary>Gets the reason, as readable text.</summary>
    public string Reason { get; }

    /// <summary>Gets the number of failures that the detector has counted.</summary>
    public long FailureCount { get; }

    /// <summary>Gets the number of attempts that the detector has counted; for consecutive failures the same as <see cref="FailureCount"/>.</summary>
    public long AttemptCount { get; }

    /// <summary>
    /// Gets whether the detection was enforced: false when the detector's enforcement percentage is below 100 and the random draw did not enforce
    /// this detection.
    /// </summary>
    public bool IsEnforced { get; internal init; } = true;

    /// <summary>Gets the time of the detection, by the clock of the balancer.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>Gets the minimum duration of the ejection; null when the ejection was refused.</summary>
    public TimeSpan? Duration { get; }

    /// <inheritdoc/>
    public override string ToString() => Duration is { } length ? $"{Endpoint} ejected for {length}: {Reason}" : $"{Endpoint} not ejected: {Reason}";
}
