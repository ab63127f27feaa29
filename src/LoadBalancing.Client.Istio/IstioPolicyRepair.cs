using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// Repairs documents that went through a word processor: dashes, quotes and blanks become those that YAML knows, and a tab becomes blanks where there is only one way to read it. Nothing else is touched.
/// </summary>
public static class IstioPolicyRepair
{
    private const int MaxTabWidth = 8;

    /// <summary>Repairs a text.</summary>
    /// <param name="text">The documents.</param>
    /// <param name="file">What findings call it.</param>
    public static IstioRepairResult Repair(string text, string file = "policies.yaml")
    {
        ArgumentNullException.ThrowIfNull(text);
        var changes = new FindingList();
        var problems = new FindingList();
        string[] lines = text.Split('\n');
        if (text.Length <= YamlFileReader.MaxCharacters)
        {
            foreach (ArraySegment<string> part in YamlFileReader.SplitDocuments(lines))
            {
                RepairCharacters(file, part, changes);
                RepairTabs(file, part, changes, problems);
            }
        }

        string repaired = string.Join('\n', lines);
        return new IstioRepairResult(repaired, changes.All, problems.Errors > 0 ? problems.All : [.. IstioPolicySet.Parse(new IstioClientOptions(), repaired, file).Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error)]);
    }

    private static void RepairCharacters(string file, ArraySegment<string> lines, FindingList changes)
    {
        foreach (TypographicError slip in YamlSegment.Parse(file, lines).TypographicErrors.Where(static slip => slip.Kind != TypographicErrorKind.Tab))
        {
            char straight = Typography.ToPlain(slip.Character);
            int line = slip.Line - lines.Offset - 1;
            var changed = new StringBuilder(lines[line]) { [slip.Column - 1] = straight };
            lines[line] = changed.ToString();
            changes.Note(new SourceLocation(file, slip.Line, slip.Column), "", straight == ' '
                ? $"{Typography.NameOf(slip.Character)} became a blank."
                : $"{Typography.NameOf(slip.Character)} became '{straight}'.");
        }
    }

    /// <summary>
    /// How wide a tab was meant nobody knows. But of most widths no document comes, and when all others give the same one, that is what was meant; the smallest of them is written.
    /// </summary>
    private static void RepairTabs(string file, ArraySegment<string> lines, FindingList changes, FindingList problems)
    {
        TypographicError[] tabs = [.. YamlSegment.Parse(file, lines).TypographicErrors.Where(static slip => slip.Kind == TypographicErrorKind.Tab)];
        if (tabs.Length == 0)
        {
            return;
        }

        var valid = new List<(int Width, string[] Lines, IReadOnlyList<YamlNode> Roots)>();
        for (int width = 1; width <= MaxTabWidth; width++)
        {
            string[] widened = ExpandTabs(lines, tabs, width);
            YamlSegment part = YamlSegment.Parse(file, widened);
            if (IsValid(part))
            {
                valid.Add((width, widened, part.Documents));
            }
        }

        TypographicError first = tabs[0];
        var place = new SourceLocation(file, first.Line, first.Column);
        if (valid.Count == 0)
        {
            problems.Error(place, "", $"a tab indents this line, and with no width from 1 to {MaxTabWidth} does it become a valid document; indent it with blanks by hand.");
        }
        else if (valid.FirstOrDefault(other => !AreEquivalent(other.Roots, valid[0].Roots)) is { Lines: not null } other)
        {
            problems.Error(place, "", $"a tab indents this line, and the document means one thing when it is {valid[0].Width} wide and another when it is {other.Width} wide; indent it with blanks by hand.");
        }
        else
        {
            valid[0].Lines.CopyTo(lines.Array!, lines.Offset);
            foreach (TypographicError tab in tabs)
            {
                changes.Note(new SourceLocation(file, tab.Line, tab.Column), "", valid.Count == 1
                    ? $"a tab became {valid[0].Width} blanks: with no other width is the document valid."
                    : $"a tab became {valid[0].Width} blanks: every width that gives a valid document ({string.Join(", ", valid.Select(static one => one.Width))}) gives the same one.");
            }
        }
    }

    private static string[] ExpandTabs(ArraySegment<string> lines, TypographicError[] tabs, int width)
    {
        string[] widened = [.. lines];
        string blanks = new(' ', width);
        foreach (TypographicError tab in tabs.Reverse())
        {
            int line = tab.Line - lines.Offset - 1;
            widened[line] = $"{widened[line].AsSpan(0, tab.Column - 1)}{blanks}{widened[line].AsSpan(tab.Column)}";
        }

        return widened;
    }

    /// <summary>Whether the documents follow their rules; what they say and cannot be honoured here does not count.</summary>
    private static bool IsValid(YamlSegment part)
    {
        if (part.Findings.Count > 0 || part.Documents.Count == 0)
        {
            return false;
        }

        var findings = new FindingList();
        var reader = new DocumentReader("default", findings);
        foreach (YamlNode root in part.Documents)
        {
            if (root is not YamlMapping mapping)
            {
                return false;
            }

            reader.Read(mapping);
        }

        return findings.All.All(static finding => finding.Severity != IstioFindingSeverity.Error || finding.Message.StartsWith("refused: ", StringComparison.Ordinal));
    }

    private static bool AreEquivalent(IReadOnlyList<YamlNode> one, IReadOnlyList<YamlNode> other) =>
        one.Count == other.Count && one.Zip(other).All(static pair => pair.First.IsEquivalentTo(pair.Second));
}
