namespace LoadBalancing.Client;

/// <summary><c>kind: ServiceEntry</c>: hosts with their endpoints.</summary>
internal sealed record ServiceEntry(
    DocumentMetadata Metadata,
    IReadOnlyList<Located<string>> Hosts,
    IReadOnlyList<ServicePort> Ports,
    Located<string>? Resolution,
    IReadOnlyList<WorkloadEndpoint> Endpoints,
    IReadOnlyList<(string Key, Located<string> Value)> WorkloadSelector,
    Visibility Visibility);
