namespace LoadBalancing.Client;

/// <summary><c>kind: VirtualService</c>: the routes of hosts. Without hosts it is a delegate of other VirtualServices.</summary>
internal sealed record VirtualService(
    DocumentMetadata Metadata,
    IReadOnlyList<Located<string>> Hosts,
    IReadOnlyList<Located<string>> Gateways,
    IReadOnlyList<HttpRoute> Http,
    Visibility Visibility);
