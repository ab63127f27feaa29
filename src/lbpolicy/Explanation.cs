namespace LoadBalancing.Client.PolicyTool;

/// <summary>What holds for a request.</summary>
/// <param name="Route">The rule that fits it; null: none.</param>
/// <param name="Request">What the rule says, and what it leaves to others.</param>
/// <param name="Cluster">What holds for all requests.</param>
internal sealed record Explanation(string? Route, IReadOnlyList<ExplainedValue> Request, IReadOnlyList<ExplainedValue> Cluster);
