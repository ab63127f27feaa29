namespace LoadBalancing.Client;

/// <summary>Reads the documents of a file independently, so that invalid YAML in one does not affect the others.</summary>
internal static class YamlFileReader
{
    /// <summary>The size limit of a file; larger files are rejected.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

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

        foreach (ArraySegment<string> segment in SplitDocuments(text.Split('\n')))
        {
            ReadSegment(YamlSegment.Parse(file, segment), documents, findings);
        }

        return documents;
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

    private static bool IsSeparator(string line) => line.StartsWith("---", StringComparison.Ordinal) && (line.Length == 3 || line[3] is ' ' or '\t' or '\r');

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
