namespace LoadBalancing.Client;

/// <summary>One key of a configuration section, for the JSON schema.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Choices">The values of a choice.</param>
/// <param name="Schema">The keys of a section, or of a list's items; null for a list of texts.</param>
internal sealed record OptionsKey(string Name, OptionsValueKind Kind, IReadOnlyList<string>? Choices = null, IOptionsSchema? Schema = null);
