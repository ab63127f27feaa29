namespace LoadBalancing.Client;

/// <summary>
/// A validated list of endpoints with parsed addresses. Immutable: later changes to the original list and its descriptions do not affect it.
/// </summary>
internal sealed class EndpointUpdate
{
    private readonly Dictionary<RawEndpointIdentity, EndpointIdentity> _identities;

    /// <param name="endpoints">The entries, in order.</param>
    /// <param name="identities">The identity of each spelling in the list.</param>
    public EndpointUpdate(EndpointUpdateEntry[] endpoints, Dictionary<RawEndpointIdentity, EndpointIdentity> identities)
    {
        Endpoints = endpoints;
        _identities = identities;
    }

    /// <summary>The entries, in order. One endpoint may occur more than once.</summary>
    public EndpointUpdateEntry[] Endpoints { get; }

    /// <summary>Finds an identity that was parsed before. Parsing is most of the work, and little of a long list changes between updates.</summary>
    public bool TryFind(RawEndpointIdentity spelling, out EndpointIdentity identity) => _identities.TryGetValue(spelling, out identity);
}
