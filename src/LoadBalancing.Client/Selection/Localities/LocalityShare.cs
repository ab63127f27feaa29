namespace LoadBalancing.Client;

/// <summary>Endpoints of one priority in one locality, and their share of its requests.</summary>
/// <param name="Locality">The locality; null where it is unknown.</param>
/// <param name="Endpoints">The endpoints.</param>
/// <param name="Share">Their share, relative to the other localities.</param>
internal readonly record struct LocalityShare(string? Locality, UpstreamEndpoint[] Endpoints, double Share);
