namespace LoadBalancing.Client;

/// <summary>A node of a YAML document, with its place. An alias stands in the tree as the node that it means.</summary>
internal abstract class YamlNode(SourceLocation place)
{
    public SourceLocation Location { get; } = place;

    /// <summary>How many nodes it has, those in aliases counted as often as they stand there.</summary>
    public int Size { get; protected set; } = 1;

    /// <summary>What it is, in words.</summary>
    public abstract string KindName { get; }

    /// <summary>Whether both say the same, whatever they are written like.</summary>
    public abstract bool IsEquivalentTo(YamlNode other);
}

/// <summary>A single value.</summary>
internal sealed class YamlScalar(SourceLocation place, string text, bool isPlain) : YamlNode(place)
{
    public string Text { get; } = text;

    /// <summary>Whether it stands there without quotes, so that <c>1</c> is a number and <c>null</c> is nothing.</summary>
    public bool IsPlain { get; } = isPlain;

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool IsBoolean => IsPlain && Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    public bool IsNumber => IsPlain && Text.Length > 0 && (char.IsAsciiDigit(Text[^1]) || Text[^1] == '.') &&
        double.TryParse(Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);

    public override string KindName => IsNull ? "nothing" : IsNumber ? "a number" : IsBoolean ? "true or false" : "a text";

    public override bool IsEquivalentTo(YamlNode other) => other is YamlScalar scalar && scalar.Text == Text && scalar.IsPlain == IsPlain;
}

/// <summary>Keys with values, in their order.</summary>
internal sealed class YamlMapping(SourceLocation place) : YamlNode(place)
{
    private readonly List<(YamlScalar Key, YamlNode Value)> _entries = [];

    public IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries => _entries;

    public override string KindName => "a section";

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

    public override bool IsEquivalentTo(YamlNode other) => other is YamlMapping mapping && mapping._entries.Count == _entries.Count
        && _entries.Zip(mapping._entries).All(static pair => pair.First.Key.IsEquivalentTo(pair.Second.Key) && pair.First.Value.IsEquivalentTo(pair.Second.Value));
}

/// <summary>A list.</summary>
internal sealed class YamlSequence(SourceLocation place) : YamlNode(place)
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
