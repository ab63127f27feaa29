using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoadBalancing.Client;

/// <summary>A stretch of a file between two separators, parsed: its documents, what is wrong with it as YAML, and the typographic characters in it.</summary>
internal sealed class YamlSegment
{
    private readonly int _linesBefore;

    private YamlSegment(string file, int linesBefore)
    {
        File = file;
        _linesBefore = linesBefore;
    }

    public string File { get; }

    /// <summary>The documents; none when it is no YAML.</summary>
    public IReadOnlyList<YamlNode> Documents { get; private set; } = [];

    public IReadOnlyList<IstioFinding> Findings { get; private set; } = [];

    /// <summary>With their lines in the file.</summary>
    public IReadOnlyList<TypographicError> TypographicErrors { get; private set; } = [];

    public static YamlSegment Parse(string file, ArraySegment<string> lines)
    {
        var part = new YamlSegment(file, lines.Offset);
        part.Parse(lines);
        return part;
    }

    private void Parse(ArraySegment<string> lines)
    {
        var found = new FindingList();
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
                    var builder = new YamlTreeBuilder(parser, File, _linesBefore, found);
                    builders.Add(builder);
                    roots.Add(builder.Build());
                }
            }

            isRead = true;
        }
        catch (InvalidYamlDocumentException exception)
        {
            found.Error(exception.Location, "", exception.Message);
        }
        catch (YamlException exception)
        {
            found.Error(new SourceLocation(File, (int)exception.Start.Line + _linesBefore, (int)exception.Start.Column), "", $"this is no YAML: {exception.Message}");
        }

#pragma warning disable CA1031 // The parser is not ours; whatever it throws, what it was given is no YAML.
        catch (Exception)
#pragma warning restore CA1031
        {
            found.Error(new SourceLocation(File, _linesBefore + 1, 1), "", "the document that begins here is no YAML.");
        }

        Findings = found.All;
        Documents = isRead ? roots : [];
        TextRange[] texts = isRead ? [.. builders.SelectMany(static builder => builder.QuotedRanges), .. roots.SelectMany(FindAnnotations)] : [];
        TypographicErrors = FindTypographicErrors(lines, texts);
    }

    private List<TypographicError> FindTypographicErrors(ArraySegment<string> lines, TextRange[] texts)
    {
        int next = 0;
        Array.Sort(texts, static (a, b) => (a.FirstLine, a.FirstColumn).CompareTo((b.FirstLine, b.FirstColumn)));
        return [.. Typography.Find(lines, IsText).Select(slip => slip with { Line = slip.Line + _linesBefore })];

        // Both go through the text from its beginning to its end.
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

    /// <summary>Annotations are nobody's policy; there people write as they like.</summary>
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
