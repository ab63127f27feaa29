namespace LoadBalancing.Client;

/// <summary>The keys of one configuration section.</summary>
internal interface IOptionsSchema
{
    Type OptionsType { get; }

    IReadOnlyList<OptionsKey> Keys { get; }
}
