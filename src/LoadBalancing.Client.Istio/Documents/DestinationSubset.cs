namespace LoadBalancing.Client;

/// <summary>A subset of a host's endpoints, selected by labels.</summary>
internal sealed record DestinationSubset(Located<string> Name, IReadOnlyList<(string Key, Located<string> Value)> Labels, TrafficPolicy? Policy);
