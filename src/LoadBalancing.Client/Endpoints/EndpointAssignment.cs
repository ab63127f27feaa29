namespace LoadBalancing.Client;

/// <summary>How the current snapshot uses an endpoint.</summary>
/// <param name="Level">Its level; 0 is used first.</param>
/// <param name="Share">Its share of the cluster's requests, 0 to 1, as far as weights decide.</param>
/// <param name="Reason">The explanation of the share, for display.</param>
/// <param name="InPanic">Whether its level is in panic.</param>
internal sealed record EndpointAssignment(int Level, double Share, string Reason, bool InPanic);
