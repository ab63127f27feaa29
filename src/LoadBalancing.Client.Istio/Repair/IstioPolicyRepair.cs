using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// Repairs documents that were edited with a word processor: typographic dashes, quotes and spaces are replaced by the characters that YAML uses, and
/// tabs by spaces where there is only one possible meaning. Nothing else is changed.
/// </summary>
public static class IstioPolicyRepair
{
    private const int MaxTabWidth = 8;

    /// <summary>Repairs documents.</summary>
    /// <param name="text">The documents.</param>
    /// <param name="file">The file name to use in findings.</param>
    public static IstioRepairResult Repair(string text, string file = "policies.yaml")
    {
        ArgumentNullException.ThrowIfNull(text);
        var changes = new FindingList();
        var problems = new FindingList();
        string[] lines = text.Split('\n');
        if (text.Length <= YamlFileReader.MaxCharacters && YamlFileReader.FindDocumentBeyondLimit(lines) is null)
        {
            foreach (ArraySegment<string> part in YamlFileReader.SplitDocuments(lines))
            {
                RepairCharacters(file, part, changes);
                RepairTabs(file, part, changes, problems);
            }
        }

        string repaired = string.Join('\n', lines);
        return new IstioRepairResult(repaired, changes.All, problems.Errors > 0 ? problems.All : FindErrors(repaired, file));
    }

    private static IstioFinding[] FindErrors(string text, string file) =>
        [.. IstioPolicySet.Parse(new IstioClientOptions(), text, file).Findings.Where(static finding => finding.Severity == IstioFindingSeverity.Error)];

    private static void RepairCharacters(string file, ArraySegment<string> lines, FindingList changes)
    {
        foreach (TypographicError error in YamlSegment.Parse(file, lines).TypographicErrors.Where(static error => error.Kind != TypographicErrorKind.Tab))
        {
            char plain = Typography.ToPlain(error.Character);
            int line = error.Line - lines.Offset - 1;
            var changed = new StringBuilder(lines[line]) { [error.Column - 1] = plain };
            lines[line] = changed.ToString();
            changes.Note(new SourceLocation(file, error.Line, error.Column), "", plain == ' '
                ? $"{Typography.NameOf(error.Character)} replaced by a space."
                : $"{Typography.NameOf(error.Character)} replaced by '{plain}'.");
        }
    }

    /// <summary>
    /// The intended width of a tab is unknown. But most widths give an invalid document, and if all others give the same document, that one was intended;
    /// the smallest of these widths is used.
    /// </summary>
    private static void RepairTabs(string file, ArraySegment<string> lines, FindingList changes, FindingList problems)
    {
        TypographicError[] tabs = [.. YamlSegment.Parse(file, lines).TypographicErrors.Where(static error => error.Kind == TypographicErrorKind.Tab)];
        if (tabs.Length == 0)
        {
            return;
        }

        var valid = new List<(int Width, string[] Lines, IReadOnlyList<YamlNode> Roots)>();
        for (int width = 1; width <= MaxTabWidth; width++)
        {
            string[] expanded = ExpandTabs(lines, tabs, width);
            YamlSegment part = YamlSegment.Parse(file, expanded);
            if (IsValid(part))
            {
                valid.Add((width, expanded, part.Documents));
            }
        }

        TypographicError first = tabs[0];
        var location = new SourceLocation(file, first.Line, first.Column);
        if (valid.Count == 0)
        {
            problems.Error(
                location,
                "",
                $"the line is indented with a tab, and no tab width from 1 to {MaxTabWidth} gives a valid document; indent the line with spaces.");
        }
        else if (valid.FirstOrDefault(other => !AreEquivalent(other.Roots, valid[0].Roots)) is { Lines: not null } other)
        {
            problems.Error(
                location,
                "",
                $"the line is indented with a tab, and the document has one meaning with tab width {valid[0].Width} and another with tab width {other.Width}; "
                + "indent the line with spaces.");
        }
        else
        {
            valid[0].Lines.CopyTo(lines.Array!, lines.Offset);
            string reason = valid.Count == 1
                ? "no other tab width gives a valid document"
                : $"all tab widths that give a valid document ({string.Join(", ", valid.Select(static one => one.Width))}) give the same one";
            foreach (TypographicError tab in tabs)
            {
                changes.Note(new SourceLocation(file, tab.Line, tab.Column), "", $"tab replaced by {valid[0].Width} spaces: {reason}.");
            }
        }
    }

    private static string[] ExpandTabs(ArraySegment<string> lines, TypographicError[] tabs, int width)
    {
        string[] expanded = [.. lines];
        string spaces = new(' ', width);
        foreach (TypographicError tab in tabs.Reverse())
        {
            int line = tab.Line - lines.Offset - 1;
            expanded[line] = $"{expanded[line].AsSpan(0, tab.Column - 1)}{spaces}{expanded[line].AsSpan(tab.Column)}";
        }

        return expanded;
    }

    /// <summary>Whether the documents are valid. Valid fields that this library does not support are not errors here.</summary>
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

        return findings.All.All(static finding =>
            finding.Severity != IstioFindingSeverity.Error || finding.Message.StartsWith("not supported: ", StringComparison.Ordinal));
    }

    private static bool AreEquivalent(IReadOnlyList<YamlNode> one, IReadOnlyList<YamlNode> other) =>
        one.Count == other.Count && one.Zip(other).All(static pair => pair.First.IsEquivalentTo(pair.Second));
}
