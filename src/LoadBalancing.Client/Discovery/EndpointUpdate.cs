namespace LoadBalancing.Client;

/// <summary>
/// A list of endpoints without an error, its addresses read. It stays what it is whatever becomes of the list that it was read from; the
/// descriptions are the same objects. Immutable.
/// </summary>
internal sealed class EndpointUpdate
{
    private readonly Dictionary<RawEndpointIdentity, EndpointIdentity> _identities;

    /// <param name="endpoints">The entries in order.</param>
    /// <param name="identities">What each spelling in the list means.</param>
    public EndpointUpdate(EndpointUpdateEntry[] endpoints, Dictionary<RawEndpointIdentity, EndpointIdentity> identities)
    {
        Endpoints = endpoints;
        _identities = identities;
    }

    /// <summary>The entries in order. One endpoint may be among them more than once.</summary>
    public EndpointUpdateEntry[] Endpoints { get; }

    /// <summary>What was read before need not be read again, which is most of the work: of a long list little changes from one time to the next.</summary>
    public bool TryFind(RawEndpointIdentity spelling, out EndpointIdentity identity) => _identities.TryGetValue(spelling, out identity);
}

/// <summary>An entry of a list.</summary>
/// <param name="Identity">Which endpoint it is.</param>
/// <param name="Description">What is said of it.</param>
internal readonly record struct EndpointUpdateEntry(EndpointIdentity Identity, EndpointDescription Description);

/// <summary>What of a description says which endpoint it is, as it was written.</summary>
internal readonly record struct RawEndpointIdentity(string? Address, string? Hostname)
{
    public static RawEndpointIdentity Of(EndpointDescription description) => new(description.Address, description.Hostname);
}
