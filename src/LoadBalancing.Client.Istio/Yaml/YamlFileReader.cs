namespace LoadBalancing.Client;

/// <summary>Reads the documents of a file independently, so that invalid YAML in one does not affect the others.</summary>
internal static class YamlFileReader
{
    /// <summary>The size limit of a file; larger files are rejected.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    /// <summary>The limit of the number of documents; files with more are rejected. Each document costs a parser, however short it is.</summary>
    public const int MaxDocuments = 10_000;

    public static List<YamlMapping> Read(string file, string text, FindingList findings)
    {
        var documents = new List<YamlMapping>();
        if (text.Length > MaxCharacters)
        {
            findings.Error(new SourceLocation(file, 0, 0), "", $"the file has {text.Length} characters; the limit is {MaxCharacters}.");
            return documents;
        }

        if (text.StartsWith('\uFEFF'))
        {
            text = text[1..];
        }

        string[] lines = text.Split('\n');
        if (FindDocumentBeyondLimit(lines) is { } line)
        {
            findings.Error(
                new SourceLocation(file, line, 1),
                "",
                $"the file has more than {MaxDocuments} documents, and the next one begins here; split it into several files.");
            return documents;
        }

        foreach (ArraySegment<string> segment in SplitDocuments(lines))
        {
            ReadSegment(YamlSegment.Parse(file, segment), documents, findings);
        }

        return documents;
    }

    /// <summary>The line, counted from 1, at which a document begins that is one too many; null: there is none.</summary>
    public static int? FindDocumentBeyondLimit(string[] lines)
    {
        int documents = 1;
        for (int i = 1; i < lines.Length; i++)
        {
            if ((IsSeparator(lines[i]) || IsMarker(lines[i - 1], "...")) && ++documents > MaxDocuments)
            {
                return i + 1;
            }
        }

        return null;
    }

    /// <summary>The lines of each document, including the separator line before it.</summary>
    public static IEnumerable<ArraySegment<string>> SplitDocuments(string[] lines)
    {
        int first = 0;
        for (int i = 1; i <= lines.Length; i++)
        {
            if (i == lines.Length || IsSeparator(lines[i]))
            {
                yield return new ArraySegment<string>(lines, first, i - first);
                first = i;
            }
        }
    }

    private static bool IsSeparator(string line) => IsMarker(line, "---");

    private static bool IsMarker(string line, string marker) =>
        line.StartsWith(marker, StringComparison.Ordinal) && (line.Length == marker.Length || line[marker.Length] is ' ' or '\t' or '\r');

    private static void ReadSegment(YamlSegment segment, List<YamlMapping> documents, FindingList findings)
    {
        // A document with typographic errors is not parsed, because the parser would report their consequences as further errors.
        foreach (TypographicError error in segment.TypographicErrors)
        {
            findings.Error(new SourceLocation(segment.File, error.Line, error.Column), "", error.Message);
        }

        if (segment.TypographicErrors.Count > 0)
        {
            return;
        }

        foreach (IstioFinding finding in segment.Findings)
        {
            findings.Error(new SourceLocation(finding.File, finding.Line, finding.Column), finding.Path, finding.Message);
        }

        foreach (YamlNode root in segment.Documents)
        {
            if (root is YamlMapping mapping)
            {
                documents.Add(mapping);
            }
            else if (root is not YamlScalar { IsNull: true })
            {
                findings.Error(root.Location, "", $"expected a document with apiVersion, kind, metadata and spec, found {root.KindName}.");
            }
        }
    }
}
