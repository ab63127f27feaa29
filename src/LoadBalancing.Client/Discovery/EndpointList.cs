namespace LoadBalancing.Client;

/// <summary>A list of endpoints without a fault, its addresses read. It stays what it is whatever becomes of the list that it was read from; the descriptions are the same objects. Immutable.</summary>
internal sealed class EndpointList
{
    private readonly Dictionary<EndpointSpelling, EndpointIdentity> _identities;

    /// <param name="endpoints">The entries in order.</param>
    /// <param name="identities">What each spelling in the list means.</param>
    public EndpointList(ListedEndpoint[] endpoints, Dictionary<EndpointSpelling, EndpointIdentity> identities)
    {
        Endpoints = endpoints;
        _identities = identities;
    }

    /// <summary>The entries in order. One endpoint may be among them more than once.</summary>
    public ListedEndpoint[] Endpoints { get; }

    /// <summary>What was read before need not be read again, which is most of the work: of a long list little changes from one time to the next.</summary>
    public bool TryFind(EndpointSpelling spelling, out EndpointIdentity identity) => _identities.TryGetValue(spelling, out identity);
}

/// <summary>An entry of a list.</summary>
/// <param name="Identity">Which endpoint it is.</param>
/// <param name="Description">What is said of it.</param>
internal readonly record struct ListedEndpoint(EndpointIdentity Identity, EndpointDescription Description);

/// <summary>What of a description says which endpoint it is, as it was written.</summary>
internal readonly record struct EndpointSpelling(string? Address, string? Hostname)
{
    public static EndpointSpelling Of(EndpointDescription description) => new(description.Address, description.Hostname);
}
