namespace LoadBalancing.Client;

/// <summary>Writes the conditions of a rule. What asks who the client is, is answered here once and for all.</summary>
internal static class MatchMapping
{
    /// <summary>Whether a match can fit any request of this client.</summary>
    public static bool CanFit(HttpRuleMatch match, IstioIdentity client, int port) =>
        (match.Port is null || match.Port.Value.Value == port)
        && (match.SourceNamespace is null || match.SourceNamespace.Value.Value == client.Namespace)
        && (match.Gateways.Count == 0 || match.Gateways.Any(static gateway => gateway.Value == "mesh"))
        && match.SourceLabels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);

    public static void Write(HttpRuleMatch match, PolicyWriter plan)
    {
        if (match.Uri is { Kind: not TextConditionKind.Present } uri)
        {
            plan.Set(uri.Kind switch { TextConditionKind.Exact => "Path", TextConditionKind.Prefix => "PathPrefix", _ => "PathRegex" }, uri.Text, uri.Place);
            if (match.IgnoreUriCase is { Value: true } ignored)
            {
                plan.Set("IgnoreCase", ignored);
            }
        }

        WriteText("Methods:0", "MethodText", match.Method, plan);
        WriteText("Scheme", "SchemeText", match.Scheme, plan);
        if (match.Authority is { Kind: not TextConditionKind.Present } authority)
        {
            WriteCondition(authority, plan.Below("Authority"));
        }

        int i = 0;
        foreach ((string name, TextCondition condition) in match.Headers)
        {
            WriteHeader(name, condition, inverted: false, plan.Below("Headers", i++));
        }

        foreach ((string name, TextCondition condition) in match.WithoutHeaders)
        {
            WriteHeader(name, condition, inverted: true, plan.Below("Headers", i++));
        }

        i = 0;
        foreach ((string name, TextCondition condition) in match.QueryParams)
        {
            PolicyWriter parameter = plan.Below("Query", i++);
            parameter.Set("Name", name, condition.Place);
            WriteCondition(condition, parameter);
        }
    }

    /// <summary>A text of which the exact form has a shorter way to be said.</summary>
    private static void WriteText(string exactKey, string textKey, TextCondition? condition, PolicyWriter plan)
    {
        if (condition is { Kind: TextConditionKind.Exact })
        {
            plan.Set(exactKey, condition.Text, condition.Place);
        }
        else if (condition is { Kind: not TextConditionKind.Present })
        {
            WriteCondition(condition, plan.Below(textKey));
        }
    }

    private static void WriteHeader(string name, TextCondition condition, bool inverted, PolicyWriter plan)
    {
        plan.Set("Name", name, condition.Place);
        if (condition.Kind == TextConditionKind.Present)
        {
            plan.Set("Present", !inverted, condition.Place);
            return;
        }

        WriteCondition(condition, plan);
        if (inverted)
        {
            plan.Set("Invert", true, condition.Place);
        }
    }

    private static void WriteCondition(TextCondition condition, PolicyWriter plan)
    {
        if (condition.Kind == TextConditionKind.Present)
        {
            plan.Set("Present", true, condition.Place);
        }
        else
        {
            plan.Set(condition.Kind.ToString(), condition.Text, condition.Place);
        }
    }
}
