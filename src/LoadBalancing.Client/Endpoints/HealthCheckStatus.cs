namespace LoadBalancing.Client;

/// <summary>What active checks know of an endpoint.</summary>
/// <param name="LastResult">What the last check found; null before the first one.</param>
/// <param name="Reason">Why checks keep it out, for people. It says nothing of one whose status says that they do not.</param>
/// <param name="IsAwaitingFirstResult">Whether none has come to an end yet.</param>
internal sealed record HealthCheckStatus(ProbeResult? LastResult, string? Reason, bool IsAwaitingFirstResult);
