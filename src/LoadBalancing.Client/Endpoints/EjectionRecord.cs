namespace LoadBalancing.Client;

/// <summary>One ejection: the generation it started, its minimum duration, and its cause.</summary>
/// <param name="Generation">The generation that the ejection started.</param>
/// <param name="StartedAt">The time provider's timestamp at which it started.</param>
/// <param name="Duration">The minimum time to stay ejected.</param>
/// <param name="Until">The wall-clock end of the minimum time, for display.</param>
/// <param name="Detector">The detector that caused it.</param>
/// <param name="Reason">The cause, for display.</param>
internal sealed record EjectionRecord(uint Generation, long StartedAt, TimeSpan Duration, DateTimeOffset Until, OutlierDetectorKind Detector, string Reason)
{
    /// <summary>Admits trial requests once the minimum time is over, where endpoints are restored by them.</summary>
    public TrialGate TrialGate { get; } = new();
}
