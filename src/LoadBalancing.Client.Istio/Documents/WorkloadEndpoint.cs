namespace LoadBalancing.Client;

/// <summary>An endpoint of a <see cref="ServiceEntry"/>, or of a <see cref="WorkloadEntry"/> that a ServiceEntry selects.</summary>
internal sealed record WorkloadEndpoint(
    SourceLocation Location,
    Located<string>? Address,
    IReadOnlyList<(string Name, Located<int> Port)> Ports,
    IReadOnlyList<(string Key, Located<string> Value)> Labels,
    Located<string>? Locality,
    Located<int>? Weight);
