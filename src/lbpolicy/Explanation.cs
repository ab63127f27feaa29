namespace LoadBalancing.Client.PolicyTool;

/// <summary>The policies of a request.</summary>
/// <param name="Route">The name of the matching rule; null if there is none.</param>
/// <param name="Request">The values that apply to the request.</param>
/// <param name="Cluster">The values that apply to all requests of the host.</param>
internal sealed record Explanation(string? Route, IReadOnlyList<ExplainedValue> Request, IReadOnlyList<ExplainedValue> Cluster);
