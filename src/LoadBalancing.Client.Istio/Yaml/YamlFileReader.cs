namespace LoadBalancing.Client;

/// <summary>Reads the documents of a file, each for itself, so that one that is no YAML takes none of the others with it.</summary>
internal static class YamlFileReader
{
    /// <summary>No set of policies is this long; whatever is, is not read.</summary>
    public const int MaxCharacters = 4 * 1024 * 1024;

    public static List<YamlMapping> Read(string file, string text, FindingList findings)
    {
        var documents = new List<YamlMapping>();
        if (text.Length > MaxCharacters)
        {
            findings.Error(new SourceLocation(file, 0, 0), "", $"it has {text.Length} characters; a file of policies has at most {MaxCharacters}.");
            return documents;
        }

        if (text.StartsWith('\uFEFF'))
        {
            text = text[1..];
        }

        foreach (ArraySegment<string> part in SplitDocuments(text.Split('\n')))
        {
            ReadSegment(YamlSegment.Parse(file, part), documents, findings);
        }

        return documents;
    }

    /// <summary>The lines of each document, the line that separates it from the one before included.</summary>
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

    private static void ReadSegment(YamlSegment part, List<YamlMapping> documents, FindingList findings)
    {
        // Half a document is none, and what follows from a typographic slip is not another slip.
        foreach (TypographicError slip in part.TypographicErrors)
        {
            findings.Error(new SourceLocation(part.File, slip.Line, slip.Column), "", slip.Message);
        }

        if (part.TypographicErrors.Count > 0)
        {
            return;
        }

        foreach (IstioFinding finding in part.Findings)
        {
            findings.Error(new SourceLocation(finding.File, finding.Line, finding.Column), finding.Path, finding.Message);
        }

        foreach (YamlNode root in part.Documents)
        {
            if (root is YamlMapping mapping)
            {
                documents.Add(mapping);
            }
            else if (root is not YamlScalar { IsNull: true })
            {
                findings.Error(root.Location, "", $"{root.KindName} stands where a document with apiVersion, kind, metadata and spec belongs.");
            }
        }
    }
}
