namespace LoadBalancing.Client;

/// <summary>Writes the conditions of a rule. What asks who the client is, is answered here once and for all.</summary>
internal static class MatchMapping
{
    /// <summary>Whether a match can fit any request of this client.</summary>
    public static bool CanMatch(HttpRouteMatch match, IstioClientOptions client, int port) =>
        (match.Port is null || match.Port.Value.Value == port)
        && (match.SourceNamespace is null || match.SourceNamespace.Value.Value == client.Namespace)
        && (match.Gateways.Count == 0 || match.Gateways.Any(static gateway => gateway.Value == "mesh"))
        && match.SourceLabels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);

    public static void Write(HttpRouteMatch match, PolicyWriter plan)
    {
        if (match.Uri is { Kind: not StringMatchKind.Present } uri)
        {
            plan.Set(uri.Kind switch { StringMatchKind.Exact => "Path", StringMatchKind.Prefix => "PathPrefix", _ => "PathRegex" }, uri.Text, uri.Location);
            if (match.IgnoreUriCase is { Value: true } ignored)
            {
                plan.Set("IgnoreCase", ignored);
            }
        }

        WriteText("Methods:0", "MethodMatch", match.Method, plan);
        WriteText("Scheme", "SchemeMatch", match.Scheme, plan);
        if (match.Authority is { Kind: not StringMatchKind.Present } authority)
        {
            WriteCondition(authority, plan.ForSection("Authority"));
        }

        int i = 0;
        foreach ((string name, StringMatch condition) in match.Headers)
        {
            WriteHeader(name, condition, inverted: false, plan.ForSection("Headers", i++));
        }

        foreach ((string name, StringMatch condition) in match.WithoutHeaders)
        {
            WriteHeader(name, condition, inverted: true, plan.ForSection("Headers", i++));
        }

        i = 0;
        foreach ((string name, StringMatch condition) in match.QueryParams)
        {
            PolicyWriter parameter = plan.ForSection("Query", i++);
            parameter.Set("Name", name, condition.Location);
            WriteCondition(condition, parameter);
        }
    }

    /// <summary>A text of which the exact form has a shorter way to be said.</summary>
    private static void WriteText(string exactKey, string textKey, StringMatch? condition, PolicyWriter plan)
    {
        if (condition is { Kind: StringMatchKind.Exact })
        {
            plan.Set(exactKey, condition.Text, condition.Location);
        }
        else if (condition is { Kind: not StringMatchKind.Present })
        {
            WriteCondition(condition, plan.ForSection(textKey));
        }
    }

    private static void WriteHeader(string name, StringMatch condition, bool inverted, PolicyWriter plan)
    {
        plan.Set("Name", name, condition.Location);
        if (condition.Kind == StringMatchKind.Present)
        {
            plan.Set("Present", !inverted, condition.Location);
            return;
        }

        WriteCondition(condition, plan);
        if (inverted)
        {
            plan.Set("Invert", true, condition.Location);
        }
    }

    private static void WriteCondition(StringMatch condition, PolicyWriter plan)
    {
        if (condition.Kind == StringMatchKind.Present)
        {
            plan.Set("Present", true, condition.Location);
        }
        else
        {
            plan.Set(condition.Kind.ToString(), condition.Text, condition.Location);
        }
    }
}
