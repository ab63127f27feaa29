namespace LoadBalancing.Client;

/// <summary>What stands behind a configuration key.</summary>
internal enum OptionsValueKind
{
    Text,
    Integer,
    Number,
    Boolean,
    Duration,
    Choice,
    Section,

    /// <summary>A section that need not be there; true for one with all its defaults, false for none.</summary>
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

/// <summary>One key of a configuration section, for those who describe configuration to editors.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Choices">The values of a choice.</param>
/// <param name="Schema">The keys of a section, or of a list's items; null for a list of texts.</param>
internal sealed record OptionsKey(string Name, OptionsValueKind Kind, IReadOnlyList<string>? Choices = null, IOptionsSchema? Schema = null);

/// <summary>The keys of one configuration section.</summary>
internal interface IOptionsSchema
{
    Type OptionsType { get; }

    IReadOnlyList<OptionsKey> Keys { get; }
}
