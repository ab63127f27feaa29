namespace LoadBalancing.Client;

/// <summary>What the last snapshot does with an endpoint.</summary>
/// <param name="Level">The level that it belongs to, 0 being used first.</param>
/// <param name="Share">Its part of the cluster's requests, 0 to 1, as far as weights decide.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="InPanic">Whether its level is in panic.</param>
internal sealed record EndpointAssignment(int Level, double Share, string Reason, bool InPanic);
