namespace LoadBalancing.Client;

/// <summary>One ejection: which life of the endpoint it ended, when it is over, and why it came.</summary>
/// <param name="Generation">The generation that the ejection began.</param>
/// <param name="StartedAt">Timestamp of the time provider at which it began.</param>
/// <param name="Duration">The least time to stay out.</param>
/// <param name="Until">Wall-clock moment at which the least time is over, for people.</param>
/// <param name="Detector">The detector that caused it.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record EjectionRecord(uint Generation, long StartedAt, TimeSpan Duration, DateTimeOffset Until, OutlierDetectorKind Detector, string Reason)
{
    /// <summary>Lets probes through when the time is up, where that is how endpoints return.</summary>
    public TrialGate TrialGate { get; } = new();
}
