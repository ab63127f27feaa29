using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoadBalancing.Client;

/// <summary>The parsed segment of a file between two separators: its documents, YAML errors and typographic characters.</summary>
internal sealed class YamlSegment
{
    private readonly int _linesBefore;

    private YamlSegment(string file, int linesBefore)
    {
        File = file;
        _linesBefore = linesBefore;
    }

    public string File { get; }

    /// <summary>The documents; empty if the YAML is invalid.</summary>
    public IReadOnlyList<YamlNode> Documents { get; private set; } = [];

    public IReadOnlyList<IstioFinding> Findings { get; private set; } = [];

    /// <summary>Line numbers refer to the file.</summary>
    public IReadOnlyList<TypographicError> TypographicErrors { get; private set; } = [];

    public static YamlSegment Parse(string file, ArraySegment<string> lines)
    {
        var segment = new YamlSegment(file, lines.Offset);
        segment.Parse(lines);
        return segment;
    }

    private void Parse(ArraySegment<string> lines)
    {
        var findings = new FindingList();
        var builders = new List<YamlTreeBuilder>();
        var roots = new List<YamlNode>();
        bool isRead = false;
        try
        {
            var parser = new Parser(new StringReader(string.Join('\n', (IEnumerable<string>)lines)));
            while (parser.MoveNext() && parser.Current is not StreamEnd)
            {
                if (parser.Current is DocumentStart)
                {
                    parser.MoveNext();
                    var builder = new YamlTreeBuilder(parser, File, _linesBefore, findings);
                    builders.Add(builder);
                    roots.Add(builder.Build());
                }
            }

            isRead = true;
        }
        catch (InvalidYamlDocumentException exception)
        {
            findings.Error(exception.Location, "", exception.Message);
        }
        catch (YamlException exception)
        {
            var location = new SourceLocation(File, (int)exception.Start.Line + _linesBefore, (int)exception.Start.Column);
            findings.Error(location, "", $"invalid YAML: {exception.Message}");
        }

#pragma warning disable CA1031 // The parser is a third party's; any other exception also means that the text is not valid YAML.
        catch (Exception)
#pragma warning restore CA1031
        {
            findings.Error(new SourceLocation(File, _linesBefore + 1, 1), "", "the document that begins here is not valid YAML.");
        }

        Findings = findings.All;
        Documents = isRead ? roots : [];
        TextRange[] texts = isRead ? [.. builders.SelectMany(static builder => builder.QuotedRanges), .. roots.SelectMany(FindAnnotations)] : [];
        TypographicErrors = FindTypographicErrors(lines, texts);
    }

    private List<TypographicError> FindTypographicErrors(ArraySegment<string> lines, TextRange[] texts)
    {
        int next = 0;
        Array.Sort(texts, static (a, b) => (a.FirstLine, a.FirstColumn).CompareTo((b.FirstLine, b.FirstColumn)));
        return [.. Typography.Find(lines, IsText).Select(error => error with { Line = error.Line + _linesBefore })];

        // Both the characters and the ranges are in document order, so one pass is enough.
        bool IsText(int line, int column)
        {
            line += _linesBefore;
            while (next < texts.Length && (texts[next].LastLine < line || (texts[next].LastLine == line && texts[next].LastColumn <= column)))
            {
                next++;
            }

            return next < texts.Length && texts[next].Contains(line, column);
        }
    }

    /// <summary>Annotations are free text and not part of a policy.</summary>
    private static IEnumerable<TextRange> FindAnnotations(YamlNode root)
    {
        if (root is YamlMapping mapping && mapping.Find("metadata") is YamlMapping metadata)
        {
            IReadOnlyList<(YamlScalar Key, YamlNode Value)> entries = metadata.Entries;
            for (int i = 0; i < entries.Count; i++)
            {
                if (entries[i].Key.Text == "annotations" && entries[i].Value is YamlMapping { Entries.Count: > 0 } annotations)
                {
                    SourceLocation begin = annotations.Entries[0].Key.Location;
                    int last = LastLine(annotations);
                    yield return new TextRange(begin.Line, begin.Column, last + 1, 1);
                }
            }
        }
    }

    private static int LastLine(YamlNode node) => node switch
    {
        YamlMapping mapping => mapping.Entries.Aggregate(mapping.Location.Line, static (last, entry) => Math.Max(last, LastLine(entry.Value))),
        YamlSequence sequence => sequence.Items.Aggregate(sequence.Location.Line, static (last, item) => Math.Max(last, LastLine(item))),
        _ => node.Location.Line,
    };
}
