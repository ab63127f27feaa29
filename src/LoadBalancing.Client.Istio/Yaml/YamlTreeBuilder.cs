using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoadBalancing.Client;

/// <summary>
/// Builds a tree from parser events, with limits: a depth of <see cref="MaxDepth"/> and <see cref="MaxNodes"/> nodes with aliases expanded. The limit is
/// checked before expansion, because a few lines of nested aliases can exhaust any memory.
/// </summary>
internal sealed class YamlTreeBuilder
{
    public const int MaxDepth = 50;
    public const int MaxNodes = 100_000;

    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly List<TextRange> _quoted = [];
    private readonly IParser _parser;
    private readonly string _file;
    private readonly int _linesBefore;
    private readonly FindingList _findings;
    private int _nodes;

    public YamlTreeBuilder(IParser parser, string file, int linesBefore, FindingList findings)
    {
        _parser = parser;
        _file = file;
        _linesBefore = linesBefore;
        _findings = findings;
    }

    /// <summary>The ranges of quoted texts and block scalars, in which every character is literal.</summary>
    public IReadOnlyList<TextRange> QuotedRanges => _quoted;

    /// <summary>Builds the node that starts at the current event.</summary>
    /// <exception cref="InvalidYamlDocumentException">The document exceeds a limit.</exception>
    /// <exception cref="YamlException">The document is not valid YAML.</exception>
    public YamlNode Build(int level = 0)
    {
        ParsingEvent current = _parser.Current!;
        SourceLocation location = GetLocation(current.Start);
        if (level > MaxDepth)
        {
            throw new InvalidYamlDocumentException(location, $"nested more than {MaxDepth} levels deep.");
        }

        switch (current)
        {
            case Scalar scalar:
                CountNodes(location, 1);
                Next();
                bool isPlain = scalar.Style == ScalarStyle.Plain;
                if (!isPlain)
                {
                    _quoted.Add(new TextRange(location.Line, location.Column, LineOf(scalar.End), (int)scalar.End.Column));
                }

                return RegisterAnchor(scalar.Anchor, new YamlScalar(location, scalar.Value, isPlain));
            case AnchorAlias alias:
                Next();
                if (!_anchors.TryGetValue(alias.Value.Value, out YamlNode? target))
                {
                    throw new InvalidYamlDocumentException(location, $"the alias *{alias.Value.Value} refers to no earlier anchor.");
                }

                CountNodes(location, target.Size);
                return target;
            case SequenceStart start:
                return RegisterAnchor(start.Anchor, BuildSequence(location, level));
            case MappingStart start:
                return RegisterAnchor(start.Anchor, BuildMapping(location, level));
            default:
                throw new InvalidYamlDocumentException(location, "unexpected content.");
        }
    }

    private YamlSequence BuildSequence(SourceLocation location, int level)
    {
        CountNodes(location, 1);
        Next();
        var sequence = new YamlSequence(location);
        while (_parser.Current is not SequenceEnd)
        {
            sequence.Add(Build(level + 1));
        }

        Next();
        return sequence;
    }

    private YamlMapping BuildMapping(SourceLocation location, int level)
    {
        CountNodes(location, 1);
        Next();
        var mapping = new YamlMapping(location);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            YamlNode key = Build(level + 1);
            YamlNode value = Build(level + 1);
            if (key is not YamlScalar name)
            {
                _findings.Error(key.Location, "", $"expected a field name, found {key.KindName}.");
            }
            else if (!seen.Add(name.Text))
            {
                _findings.Error(name.Location, "", $"duplicate field '{name.Text}'.");
            }
            else
            {
                mapping.Add(name, value);
            }
        }

        Next();
        return mapping;
    }

    private YamlNode RegisterAnchor(AnchorName anchor, YamlNode node)
    {
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    private void CountNodes(SourceLocation location, int nodes)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new InvalidYamlDocumentException(
                location,
                $"the document has more than {MaxNodes} nodes, counting nodes in aliases each time they are used.");
        }
    }

    private void Next()
    {
        if (!_parser.MoveNext())
        {
            throw new InvalidYamlDocumentException(new SourceLocation(_file, _linesBefore + 1, 1), "unexpected end of document.");
        }
    }

    private SourceLocation GetLocation(in Mark mark) => new(_file, LineOf(mark), (int)mark.Column);

    private int LineOf(in Mark mark) => (int)mark.Line + _linesBefore;
}
