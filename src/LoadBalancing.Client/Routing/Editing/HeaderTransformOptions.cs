namespace LoadBalancing.Client;

/// <summary>
/// Changes to the headers of a message: first <see cref="Remove"/>, then <see cref="Set"/>, then <see cref="Add"/>. Names are case-insensitive.
/// </summary>
public sealed class HeaderTransformOptions
{
    /// <summary>Headers and values that replace existing ones. Empty by default.</summary>
    public IDictionary<string, string> Set { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers and values appended to existing ones. Empty by default.</summary>
    public IDictionary<string, string> Add { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of headers to remove. Empty by default.</summary>
    public IList<string> Remove { get; set; } = [];
}
