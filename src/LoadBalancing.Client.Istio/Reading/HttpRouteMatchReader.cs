namespace LoadBalancing.Client;

/// <summary>Reads one entry of <c>match</c>.</summary>
internal static class HttpRouteMatchReader
{
    public static HttpRouteMatch Read(FieldReader fields)
    {
        fields.Ignore("name", "statPrefix");
        StringMatch? uri = ReadCondition(fields.Section("uri"));
        if (uri is { Kind: StringMatchKind.Exact or StringMatchKind.Prefix } path && !path.Text.StartsWith('/'))
        {
            fields.Error(new Located<string>(path.Text, path.Location, path.Path), $"'{path.Text}' must start with a slash.{Typography.Hint(path.Text)}");
        }

        Located<bool>? ignoreCase = fields.Flag("ignoreUriCase");
        if (ignoreCase is { Value: true } ignored && uri is { Kind: StringMatchKind.Regex })
        {
            fields.Warn(ignored, "has no effect on regex; use (?i) in the regular expression.");
            ignoreCase = null;
        }

        StringMatch? scheme = ReadCondition(fields.Section("scheme"));
        StringMatch? method = ReadCondition(fields.Section("method"));
        StringMatch? authority = ReadCondition(fields.Section("authority"));
        List<(string, StringMatch)> headers = ReadConditions(fields, "headers", isHeader: true);
        List<(string, StringMatch)> without = ReadConditions(fields, "withoutHeaders", isHeader: true);
        List<(string, StringMatch)> query = ReadConditions(fields, "queryParams", isHeader: false);
        Located<int>? port = fields.Port("port");
        IReadOnlyList<(string, Located<string>)> labels = fields.Labels("sourceLabels");
        Located<string>? @namespace = fields.Text("sourceNamespace");
        IReadOnlyList<Located<string>> gateways = fields.Texts("gateways");
        if (fields.IsEmpty)
        {
            fields.Error("must not be empty; omit 'match' to match all requests.");
        }

        fields.ReportUnknownFields();
        return new HttpRouteMatch(
            fields.Location, fields.Path, uri, ignoreCase, scheme, method, authority, headers, without, query, port, labels, @namespace, gateways);
    }

    private static List<(string, StringMatch)> ReadConditions(FieldReader fields, string name, bool isHeader)
    {
        var conditions = new List<(string, StringMatch)>();
        if (fields.Section(name) is not { } section)
        {
            return conditions;
        }

        foreach ((YamlScalar key, _) in section.Entries)
        {
            var given = new Located<string>(key.Text, key.Location, section.GetPath(key.Text));
            if (conditions.Any(other => other.Item1.Equals(key.Text, StringComparison.OrdinalIgnoreCase) && isHeader))
            {
                section.Error(given, $"duplicate header '{key.Text}'; header names are not case-sensitive.");
            }
            else if (isHeader && key.Text is "uri" or "scheme" or "method" or "authority")
            {
                section.Error(given, $"not supported: Istio ignores '{key.Text}' here; use the field '{key.Text}' of the match.");
            }
            else if (isHeader)
            {
                section.Validate(given, FieldValidators.HeaderName);
            }
            else if (key.Text.Length == 0)
            {
                section.Error(given, "the parameter name must not be empty.");
            }

            if (ReadCondition(section.Section(key.Text)) is { } condition)
            {
                conditions.Add((key.Text, condition));
            }
        }

        return conditions;
    }

    private static StringMatch? ReadCondition(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        fields.RequireAtMostOne("exact", "prefix", "regex");
        Located<string>? exact = fields.Text("exact");
        Located<string>? prefix = fields.Text("prefix");
        Located<string>? regex = fields.Validate(fields.Text("regex"), static regex => regex == "*" ? null : FieldValidators.Regex(regex));
        fields.ReportUnknownFields();
        if ((prefix ?? exact ?? regex) is { Value: "" } nothing)
        {
            fields.Error(nothing, "must not be empty; omit it to match any value.");
        }

        return (exact, prefix, regex) switch
        {
            ({ } text, _, _) => new StringMatch(text.Location, text.Path, StringMatchKind.Exact, text.Value),
            (_, { } text, _) => new StringMatch(text.Location, text.Path, StringMatchKind.Prefix, text.Value),
            (_, _, { Value: "*" } text) => new StringMatch(text.Location, text.Path, StringMatchKind.Present, ""),
            (_, _, { } text) => new StringMatch(text.Location, text.Path, StringMatchKind.Regex, text.Value),
            _ => new StringMatch(fields.Location, fields.Path, StringMatchKind.Present, ""),
        };
    }
}
