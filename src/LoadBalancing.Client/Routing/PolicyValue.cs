namespace LoadBalancing.Client;

/// <summary>One value that holds for a request.</summary>
/// <param name="Name">The option, like <c>Retry:MaxRetries</c>.</param>
/// <param name="Value">The value, as text.</param>
/// <param name="Source">Who said so: <c>route</c>, <c>service</c> or <c>default</c>.</param>
public sealed record PolicyValue(string Name, string Value, string Source)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} = {Value} ({Source})";
}
