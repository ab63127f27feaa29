namespace LoadBalancing.Client;

/// <summary>Changes to headers.</summary>
internal sealed record HeaderTransforms(
    IReadOnlyList<(string Name, Located<string> Value)> Set,
    IReadOnlyList<(string Name, Located<string> Value)> Add,
    IReadOnlyList<Located<string>> Remove);
