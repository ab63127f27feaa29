namespace LoadBalancing.Client;

/// <summary>Maps the conditions of a match. Conditions on the client are evaluated here, once.</summary>
internal static class MatchMapping
{
    /// <summary>Whether a match can match any request of this client.</summary>
    public static bool CanMatch(HttpRouteMatch match, IstioClientOptions client, int port) =>
        (match.Port is null || match.Port.Value.Value == port)
        && (match.SourceNamespace is null || match.SourceNamespace.Value.Value == client.Namespace)
        && (match.Gateways.Count == 0 || match.Gateways.Any(static gateway => gateway.Value == "mesh"))
        && match.SourceLabels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);

    public static void Write(HttpRouteMatch match, PolicyWriter writer)
    {
        if (match.Uri is { Kind: not StringMatchKind.Present } uri)
        {
            writer.Set(uri.Kind switch { StringMatchKind.Exact => "Path", StringMatchKind.Prefix => "PathPrefix", _ => "PathRegex" }, uri.Text, uri.Location);
            if (match.IgnoreUriCase is { Value: true } ignored)
            {
                writer.Set("IgnoreCase", ignored);
            }
        }

        WriteText("Methods:0", "MethodMatch", match.Method, writer);
        WriteText("Scheme", "SchemeMatch", match.Scheme, writer);
        if (match.Authority is { Kind: not StringMatchKind.Present } authority)
        {
            WriteCondition(authority, writer.ForSection("Authority"));
        }

        int i = 0;
        foreach ((string name, StringMatch condition) in match.Headers)
        {
            WriteHeader(name, condition, inverted: false, writer.ForSection("Headers", i++));
        }

        foreach ((string name, StringMatch condition) in match.WithoutHeaders)
        {
            WriteHeader(name, condition, inverted: true, writer.ForSection("Headers", i++));
        }

        i = 0;
        foreach ((string name, StringMatch condition) in match.QueryParams)
        {
            PolicyWriter parameter = writer.ForSection("Query", i++);
            parameter.Set("Name", name, condition.Location);
            WriteCondition(condition, parameter);
        }
    }

    /// <summary>Writes a condition; an exact match has a shorter key.</summary>
    private static void WriteText(string exactKey, string textKey, StringMatch? condition, PolicyWriter writer)
    {
        if (condition is { Kind: StringMatchKind.Exact })
        {
            writer.Set(exactKey, condition.Text, condition.Location);
        }
        else if (condition is { Kind: not StringMatchKind.Present })
        {
            WriteCondition(condition, writer.ForSection(textKey));
        }
    }

    private static void WriteHeader(string name, StringMatch condition, bool inverted, PolicyWriter writer)
    {
        writer.Set("Name", name, condition.Location);
        if (condition.Kind == StringMatchKind.Present)
        {
            writer.Set("Present", !inverted, condition.Location);
            return;
        }

        WriteCondition(condition, writer);
        if (inverted)
        {
            writer.Set("Invert", true, condition.Location);
        }
    }

    private static void WriteCondition(StringMatch condition, PolicyWriter writer)
    {
        if (condition.Kind == StringMatchKind.Present)
        {
            writer.Set("Present", true, condition.Location);
        }
        else
        {
            writer.Set(condition.Kind.ToString(), condition.Text, condition.Location);
        }
    }
}
