namespace LoadBalancing.Client;

/// <summary><c>kind: DestinationRule</c>: the policies for the endpoints of a host.</summary>
internal sealed record DestinationRule(
    DocumentMetadata Metadata,
    Located<string> Host,
    TrafficPolicy? Policy,
    IReadOnlyList<DestinationSubset> Subsets,
    Visibility Visibility);
