namespace LoadBalancing.Client;

/// <summary>Reads one entry of <c>match</c>.</summary>
internal static class HttpRuleMatchReader
{
    public static HttpRuleMatch Read(Fields fields)
    {
        fields.Skip("name", "statPrefix");
        TextCondition? uri = ReadCondition(fields.Section("uri"));
        if (uri is { Kind: TextConditionKind.Exact or TextConditionKind.Prefix } path && !path.Text.StartsWith('/'))
        {
            fields.Error(new Given<string>(path.Text, path.Place, path.Path), $"'{path.Text}' does not begin with a slash, as every path does.{Typography.Hint(path.Text)}");
        }

        Given<bool>? ignoreCase = fields.Flag("ignoreUriCase");
        if (ignoreCase is { Value: true } ignored && uri is { Kind: TextConditionKind.Regex })
        {
            fields.Warn(ignored, "has no effect: it counts for exact and prefix; a regular expression says (?i) itself.");
            ignoreCase = null;
        }

        TextCondition? scheme = ReadCondition(fields.Section("scheme"));
        TextCondition? method = ReadCondition(fields.Section("method"));
        TextCondition? authority = ReadCondition(fields.Section("authority"));
        List<(string, TextCondition)> headers = ReadConditions(fields, "headers", isHeader: true);
        List<(string, TextCondition)> without = ReadConditions(fields, "withoutHeaders", isHeader: true);
        List<(string, TextCondition)> query = ReadConditions(fields, "queryParams", isHeader: false);
        Given<int>? port = fields.Port("port");
        IReadOnlyList<(string, Given<string>)> labels = fields.Labels("sourceLabels");
        Given<string>? @namespace = fields.Text("sourceNamespace");
        IReadOnlyList<Given<string>> gateways = fields.Texts("gateways");
        if (fields.IsEmpty)
        {
            fields.Error("it asks for nothing; leave 'match' out for a rule that takes all requests.");
        }

        fields.Done();
        return new HttpRuleMatch(fields.Place, fields.Path, uri, ignoreCase, scheme, method, authority, headers, without, query, port, labels, @namespace, gateways);
    }

    private static List<(string, TextCondition)> ReadConditions(Fields fields, string name, bool isHeader)
    {
        var conditions = new List<(string, TextCondition)>();
        if (fields.Section(name) is not { } section)
        {
            return conditions;
        }

        foreach ((YamlScalar key, _) in section.Entries)
        {
            var given = new Given<string>(key.Text, key.Place, section.PathOf(key.Text));
            if (conditions.Any(other => other.Item1.Equals(key.Text, StringComparison.OrdinalIgnoreCase) && isHeader))
            {
                section.Error(given, $"'{key.Text}' stands here a second time, in other letters, which make no difference here.");
            }
            else if (isHeader && key.Text is "uri" or "scheme" or "method" or "authority" && isHeader)
            {
                section.Error(given, $"refused: '{key.Text}' has a field of its own; Istio takes no notice of it here.");
            }
            else if (isHeader)
            {
                section.Check(given, Rules.HeaderName);
            }
            else if (key.Text.Length == 0)
            {
                section.Error(given, "it is empty; it is the name of a parameter, like 'page'.");
            }

            if (ReadCondition(section.Section(key.Text)) is { } condition)
            {
                conditions.Add((key.Text, condition));
            }
        }

        return conditions;
    }

    private static TextCondition? ReadCondition(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.AtMostOne("exact", "prefix", "regex");
        Given<string>? exact = fields.Text("exact");
        Given<string>? prefix = fields.Text("prefix");
        Given<string>? regex = fields.Check(fields.Text("regex"), static regex => regex == "*" ? null : Rules.Regex(regex));
        fields.Done();
        if ((prefix ?? exact ?? regex) is { Value: "" } nothing)
        {
            fields.Error(nothing, "it is empty; for whatever is there, leave it out.");
        }

        return (exact, prefix, regex) switch
        {
            ({ } text, _, _) => new TextCondition(text.Place, text.Path, TextConditionKind.Exact, text.Value),
            (_, { } text, _) => new TextCondition(text.Place, text.Path, TextConditionKind.Prefix, text.Value),
            (_, _, { Value: "*" } text) => new TextCondition(text.Place, text.Path, TextConditionKind.Present, ""),
            (_, _, { } text) => new TextCondition(text.Place, text.Path, TextConditionKind.Regex, text.Value),
            _ => new TextCondition(fields.Place, fields.Path, TextConditionKind.Present, ""),
        };
    }
}
