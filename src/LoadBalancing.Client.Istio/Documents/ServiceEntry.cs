namespace LoadBalancing.Client;

/// <summary>Hosts with their endpoints: <c>kind: ServiceEntry</c>.</summary>
internal sealed record ServiceEntry(
    DocumentMetadata Metadata,
    IReadOnlyList<Located<string>> Hosts,
    IReadOnlyList<ServicePort> Ports,
    Located<string>? Resolution,
    IReadOnlyList<WorkloadEndpoint> Endpoints,
    IReadOnlyList<(string Key, Located<string> Value)> WorkloadSelector,
    Visibility Visibility);

/// <summary>A port of a service.</summary>
internal sealed record ServicePort(Located<int> Number, Located<string>? Protocol, Located<string> Name, Located<int>? TargetPort);

/// <summary>One endpoint: of a <see cref="ServiceEntry"/>, or as <c>kind: WorkloadEntry</c> for those that select it.</summary>
internal sealed record WorkloadEndpoint(
    SourceLocation Location,
    Located<string>? Address,
    IReadOnlyList<(string Name, Located<int> Port)> Ports,
    IReadOnlyList<(string Key, Located<string> Value)> Labels,
    Located<string>? Locality,
    Located<int>? Weight);

/// <summary><c>kind: WorkloadEntry</c>.</summary>
internal sealed record WorkloadEntry(DocumentMetadata Metadata, WorkloadEndpoint Endpoint);
