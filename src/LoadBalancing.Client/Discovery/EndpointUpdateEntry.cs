namespace LoadBalancing.Client;

/// <summary>An entry of an update.</summary>
/// <param name="Identity">The endpoint's identity.</param>
/// <param name="Description">Its description, a copy.</param>
internal readonly record struct EndpointUpdateEntry(EndpointIdentity Identity, EndpointDescription Description);
