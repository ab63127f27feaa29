namespace LoadBalancing.Client;

/// <summary>One option value that applies to a request.</summary>
/// <param name="Name">The option, such as <c>Retry:MaxRetries</c>.</param>
/// <param name="Value">The value, as text.</param>
/// <param name="Source">Where the value comes from: <c>route</c>, <c>service</c> or <c>default</c>.</param>
public sealed record PolicyValue(string Name, string Value, string Source)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} = {Value} ({Source})";
}
