namespace LoadBalancing.Client.PolicyTool;

/// <summary>One line of an explanation.</summary>
/// <param name="Key">The option, below its service or route.</param>
/// <param name="Value">Its value.</param>
/// <param name="Source">Where the value comes from.</param>
internal sealed record ExplainedValue(string Key, string Value, string Source);
