namespace LoadBalancing.Client;

/// <summary>Keys with values, in document order.</summary>
internal sealed class YamlMapping(SourceLocation location) : YamlNode(location)
{
    private readonly List<(YamlScalar Key, YamlNode Value)> _entries = [];

    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries => _entries;

    public override string KindName => "a mapping";

    public void Add(YamlScalar key, YamlNode value)
    {
        _entries.Add((key, value));
        Size += value.Size + 1;
    }

    public YamlNode? Find(string key)
    {
        foreach ((YamlScalar candidate, YamlNode value) in _entries)
        {
            if (candidate.Text == key)
            {
                return value;
            }
        }

        return null;
    }

    public override bool IsEquivalentTo(YamlNode other) => other is YamlMapping mapping
        && mapping._entries.Count == _entries.Count
        && _entries.Zip(mapping._entries).All(static pair =>
            pair.First.Key.IsEquivalentTo(pair.Second.Key) && pair.First.Value.IsEquivalentTo(pair.Second.Value));
}
