using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoadBalancing.Client;

/// <summary>
/// Makes a tree of the parser's events, with bounds: nested no deeper than <see cref="MaxDepth"/>, of no more than <see cref="MaxNodes"/> nodes with aliases written out. A document that would be larger when written out is
/// refused before it is: a few lines of aliases of aliases are enough to fill any memory.
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

    /// <summary>Where quoted texts and blocks stand, in which every character means itself.</summary>
    public IReadOnlyList<TextRange> QuotedRanges => _quoted;

    /// <summary>The node that begins with the parser's current event.</summary>
    /// <exception cref="InvalidYamlDocumentException">It is too large.</exception>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public YamlNode Build(int level = 0)
    {
        ParsingEvent current = _parser.Current!;
        SourceLocation place = GetLocation(current.Start);
        if (level > MaxDepth)
        {
            throw new InvalidYamlDocumentException(place, $"it is nested more than {MaxDepth} levels deep.");
        }

        switch (current)
        {
            case Scalar scalar:
                CountNodes(place, 1);
                Next();
                bool isPlain = scalar.Style == ScalarStyle.Plain;
                if (!isPlain)
                {
                    _quoted.Add(new TextRange(place.Line, place.Column, LineOf(scalar.End), (int)scalar.End.Column));
                }

                return RegisterAnchor(scalar.Anchor, new YamlScalar(place, scalar.Value, isPlain));
            case AnchorAlias alias:
                Next();
                if (!_anchors.TryGetValue(alias.Value.Value, out YamlNode? target))
                {
                    throw new InvalidYamlDocumentException(place, $"*{alias.Value.Value} means no anchor that stands before it.");
                }

                CountNodes(place, target.Size);
                return target;
            case SequenceStart start:
                return RegisterAnchor(start.Anchor, BuildSequence(place, level));
            case MappingStart start:
                return RegisterAnchor(start.Anchor, BuildMapping(place, level));
            default:
                throw new InvalidYamlDocumentException(place, "something stands here that belongs in no document.");
        }
    }

    private YamlSequence BuildSequence(SourceLocation place, int level)
    {
        CountNodes(place, 1);
        Next();
        var sequence = new YamlSequence(place);
        while (_parser.Current is not SequenceEnd)
        {
            sequence.Add(Build(level + 1));
        }

        Next();
        return sequence;
    }

    private YamlMapping BuildMapping(SourceLocation place, int level)
    {
        CountNodes(place, 1);
        Next();
        var mapping = new YamlMapping(place);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            YamlNode key = Build(level + 1);
            YamlNode value = Build(level + 1);
            if (key is not YamlScalar name)
            {
                _findings.Error(key.Location, "", $"{key.KindName} stands where the name of a field belongs.");
            }
            else if (!seen.Add(name.Text))
            {
                _findings.Error(name.Location, "", $"the field '{name.Text}' stands here a second time; a field is given once.");
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

    private void CountNodes(SourceLocation place, int nodes)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new InvalidYamlDocumentException(place, $"the document has more than {MaxNodes} nodes, those in aliases counted as often as they are used.");
        }
    }

    private void Next()
    {
        if (!_parser.MoveNext())
        {
            throw new InvalidYamlDocumentException(new SourceLocation(_file, _linesBefore + 1, 1), "the document ends too early.");
        }
    }

    private SourceLocation GetLocation(in Mark mark) => new(_file, LineOf(mark), (int)mark.Column);

    private int LineOf(in Mark mark) => (int)mark.Line + _linesBefore;
}

/// <summary>A document that is not read any further, and where.</summary>
internal sealed class InvalidYamlDocumentException(SourceLocation place, string message) : Exception(message)
{
    public SourceLocation Location { get; } = place;
}

/// <summary>From one place to another, the end not included.</summary>
internal readonly record struct TextRange(int FirstLine, int FirstColumn, int LastLine, int LastColumn)
{
    public bool Contains(int line, int column) =>
        (line > FirstLine || (line == FirstLine && column >= FirstColumn)) && (line < LastLine || (line == LastLine && column < LastColumn));
}
