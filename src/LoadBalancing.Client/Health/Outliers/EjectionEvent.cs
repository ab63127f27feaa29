namespace LoadBalancing.Client;

/// <summary>Who was taken out of service, or should have been, and why. Immutable.</summary>
public sealed class EjectionEvent
{
    internal EjectionEvent(UpstreamEndpoint endpoint, OutlierDetectorKind detector, string reason, long failures, long attempts, DateTimeOffset at, TimeSpan? length)
    {
        Endpoint = endpoint;
        Detector = detector;
        Reason = reason;
        FailureCount = failures;
        AttemptCount = attempts;
        Timestamp = at;
        Duration = length;
    }

    /// <summary>The endpoint.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>The detector that judged. Metrics have it as the tag <c>loadbalancing.detector</c>, in words of their own such as <c>consecutive_errors</c>.</summary>
    public OutlierDetectorKind Detector { get; }

    /// <summary>Why, in words for people.</summary>
    public string Reason { get; }

    /// <summary>How many failures the rule has counted.</summary>
    public long FailureCount { get; }

    /// <summary>Among how many attempts it has counted them; for failures in a row the same number.</summary>
    public long AttemptCount { get; }

    /// <summary>False when the ejection was left out because the detector's enforcing percentage is below 100, and this time chance was against it.</summary>
    public bool IsEnforced { get; internal init; } = true;

    /// <summary>When the endpoint was judged, by the clock of the balancer.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The least time that it stays out; null when the ejection was refused.</summary>
    public TimeSpan? Duration { get; }

    /// <inheritdoc/>
    public override string ToString() => Duration is { } length ? $"{Endpoint} out for {length}: {Reason}" : $"{Endpoint} stays in: {Reason}";
}
