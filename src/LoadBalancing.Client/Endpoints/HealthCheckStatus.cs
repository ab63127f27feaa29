namespace LoadBalancing.Client;

/// <summary>What health checks know about an endpoint.</summary>
/// <param name="LastResult">The result of the last probe; null before the first one.</param>
/// <param name="Reason">Why health checks make it unavailable, for display. Meaningless while its status is not failing health checks.</param>
/// <param name="IsAwaitingFirstResult">Whether no probe has completed yet.</param>
internal sealed record HealthCheckStatus(ProbeResult? LastResult, string? Reason, bool IsAwaitingFirstResult);
