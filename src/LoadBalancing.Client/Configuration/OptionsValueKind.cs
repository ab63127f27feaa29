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
