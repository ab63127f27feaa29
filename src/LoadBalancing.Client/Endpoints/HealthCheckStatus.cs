namespace LoadBalancing.Client;

/// <summary>What active checks know of an endpoint.</summary>
/// <param name="LastResult">What the last check found, for people; null before the first one.</param>
/// <param name="Reason">Why checks keep it out, for people. It says nothing of one whose status says that they do not.</param>
/// <param name="IsAwaitingFirstResult">Whether none has come to an end yet.</param>
internal sealed record HealthCheckStatus(string? LastResult, string? Reason, bool IsAwaitingFirstResult)
{
    /// <summary>The name of active checks among the detectors.</summary>
    public const string DetectorName = "active_check";
}
