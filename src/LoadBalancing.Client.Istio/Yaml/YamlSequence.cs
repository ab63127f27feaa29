namespace LoadBalancing.Client;

/// <summary>A list.</summary>
internal sealed class YamlSequence(SourceLocation location) : YamlNode(location)
{
    private readonly List<YamlNode> _items = [];

    public IReadOnlyList<YamlNode> Items => _items;

    public override string KindName => "a list";

    public void Add(YamlNode item)
    {
        _items.Add(item);
        Size += item.Size;
    }

    public override bool IsEquivalentTo(YamlNode other) => other is YamlSequence sequence && sequence._items.Count == _items.Count
        && _items.Zip(sequence._items).All(static pair => pair.First.IsEquivalentTo(pair.Second));
}
