namespace LoadBalancing.Client;

/// <summary>Hosts with their endpoints: <c>kind: ServiceEntry</c>.</summary>
internal sealed record ServiceEntry(
    DocumentHead Head,
    IReadOnlyList<Given<string>> Hosts,
    IReadOnlyList<ServicePort> Ports,
    Given<string>? Resolution,
    IReadOnlyList<WorkloadEndpoint> Endpoints,
    IReadOnlyList<(string Key, Given<string> Value)> WorkloadSelector,
    Visibility Visibility);

/// <summary>A port of a service.</summary>
internal sealed record ServicePort(Given<int> Number, Given<string>? Protocol, Given<string> Name, Given<int>? TargetPort);

/// <summary>One endpoint: of a <see cref="ServiceEntry"/>, or as <c>kind: WorkloadEntry</c> for those that select it.</summary>
internal sealed record WorkloadEndpoint(
    SourcePlace Place,
    Given<string>? Address,
    IReadOnlyList<(string Name, Given<int> Port)> Ports,
    IReadOnlyList<(string Key, Given<string> Value)> Labels,
    Given<string>? Locality,
    Given<int>? Weight);

/// <summary><c>kind: WorkloadEntry</c>.</summary>
internal sealed record WorkloadEntry(DocumentHead Head, WorkloadEndpoint Endpoint);
