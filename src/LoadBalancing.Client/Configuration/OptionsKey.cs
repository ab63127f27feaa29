namespace LoadBalancing.Client;

/// <summary>The kind of value of a configuration key.</summary>
internal enum OptionsValueKind
{
    Text,
    Integer,
    Number,
    Boolean,
    Duration,
    Choice,
    Section,

    /// <summary>An optional section; true enables it with defaults, false removes it.</summary>
    OptionalSection,
    List,
    IntegerList,

    /// <summary>A list of statuses, numbers or texts.</summary>
    StatusList,
    SectionList,
    TextMap,
    NumberMap,
    SectionMap,
}

/// <summary>One key of a configuration section, for the JSON schema.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">The kind of its value.</param>
/// <param name="Choices">The values of a choice.</param>
/// <param name="Schema">The keys of a section, or of a list's items; null for a list of texts.</param>
internal sealed record OptionsKey(string Name, OptionsValueKind Kind, IReadOnlyList<string>? Choices = null, IOptionsSchema? Schema = null);

/// <summary>The keys of one configuration section.</summary>
internal interface IOptionsSchema
{
    Type OptionsType { get; }

    IReadOnlyList<OptionsKey> Keys { get; }
}
