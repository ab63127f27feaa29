namespace LoadBalancing.Client;

/// <summary>What active checks know of an endpoint.</summary>
/// <param name="Result">What the last check found, for people; null before the first one.</param>
/// <param name="Reason">Why checks keep it out, for people. It says nothing of one whose status says that they do not.</param>
/// <param name="IsFirstAwaited">Whether none has come to an end yet.</param>
internal sealed record CheckRecord(string? Result, string? Reason, bool IsFirstAwaited)
{
    /// <summary>The name of active checks among the detectors.</summary>
    public const string Detector = "active_check";
}
