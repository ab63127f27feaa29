using System.Text;

namespace LoadBalancing.Client;

/// <summary>Writes what a rule does with the requests that it fits.</summary>
internal static class ActionMapping
{
    public static void Write(HttpRoute rule, PolicyTarget mapped, PolicyCatalog catalog, string @namespace, int port, PolicyWriter route)
    {
        WriteRewrite(rule.Rewrite, route.ForSection("Rewrite"));
        WriteRedirect(rule.Redirect, port, route.ForSection("Redirect"));
        if (rule.DirectResponse is { } answer)
        {
            route.Set("DirectResponse:Status", answer.Status);
            route.SetIfGiven("DirectResponse:Body", answer.Body);
        }

        WriteHeaders(rule.Headers, route);
        WriteDestinations(rule, mapped, catalog, @namespace, route);
    }

    private static void WriteRewrite(HttpRouteRewrite? rewrite, PolicyWriter plan)
    {
        plan.SetIfGiven("Prefix", rewrite?.Uri);
        plan.SetIfGiven("Host", rewrite?.Authority);
        if (rewrite is { Regex: { } regex, Substitution: { } substitution })
        {
            plan.Set("Regex", regex);
            plan.Set("Substitution", FromRe2(substitution.Value), substitution.Location);
        }
    }

    /// <summary>Groups are <c>\1</c> there and <c>${1}</c> here; a dollar sign means itself there.</summary>
    internal static string FromRe2(string substitution)
    {
        var text = new StringBuilder();
        for (int i = 0; i < substitution.Length; i++)
        {
            char character = substitution[i];
            if (character == '$')
            {
                text.Append("$$");
            }
            else if (character == '\\' && i + 1 < substitution.Length && char.IsAsciiDigit(substitution[i + 1]))
            {
                // In braces, or a digit behind it would be taken for a part of the number.
                text.Append("${").Append(substitution[++i]).Append('}');
            }
            else if (character == '\\' && i + 1 < substitution.Length && substitution[i + 1] == '\\')
            {
                text.Append('\\');
                i++;
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }

    private static void WriteRedirect(HttpRouteRedirect? redirect, int port, PolicyWriter plan)
    {
        if (redirect is null)
        {
            return;
        }

        plan.SetIfGiven("Path", redirect.Uri);
        plan.SetIfGiven("Host", redirect.Authority);
        plan.SetIfGiven("Scheme", redirect.Scheme);
        plan.SetIfGiven("Port", redirect.Port);
        if (redirect.DerivePort is { } derive)
        {
            int derived = derive.Value == "FROM_REQUEST_PORT" ? port : redirect.Scheme?.Value == "https" ? 443 : 80;
            plan.Set("Port", derived, derive.Location);
        }

        plan.SetOrDefault("Status", redirect.Code, 301, "Istio's default");
    }

    private static void WriteHeaders(HttpRouteHeaders? headers, PolicyWriter plan)
    {
        WriteChanges(headers?.Request, plan.ForSection("RequestHeaders"));
        WriteChanges(headers?.Response, plan.ForSection("ResponseHeaders"));
    }

    private static void WriteChanges(HeaderTransforms? changes, PolicyWriter plan)
    {
        foreach ((string name, Located<string> value) in changes?.Set ?? [])
        {
            plan.Set($"Set:{name}", value);
        }

        foreach ((string name, Located<string> value) in changes?.Add ?? [])
        {
            plan.Set($"Add:{name}", value);
        }

        for (int i = 0; i < (changes?.Remove.Count ?? 0); i++)
        {
            plan.Set($"Remove:{i}", changes!.Remove[i]);
        }
    }

    /// <summary>One that is the service itself, all of it, needs no words.</summary>
    private static void WriteDestinations(HttpRoute rule, PolicyTarget mapped, PolicyCatalog catalog, string @namespace, PolicyWriter plan)
    {
        HttpRouteDestination[] destinations = rule.Destinations.Count == 1 ? [.. rule.Destinations] : [.. rule.Destinations.Where(static destination => destination.Weight is { Value: > 0 })];
        bool IsOwn(HttpRouteDestination destination) => catalog.ExpandHost(destination.Host.Value, @namespace).Intersect(mapped.HostNames).Any();
        if (destinations is [{ Subset: null, Headers: null } only] && IsOwn(only))
        {
            return;
        }

        for (int i = 0; i < destinations.Length; i++)
        {
            HttpRouteDestination destination = destinations[i];
            PolicyWriter entry = plan.ForSection("Destinations", i);
            if (!IsOwn(destination))
            {
                string[] names = catalog.ExpandHost(destination.Host.Value, @namespace);
                entry.Set("Service", mapped.Services.FirstOrDefault(known => catalog.GetHostNames(known).Intersect(names).Any()) ?? destination.Host.Value, destination.Host.Location);
            }

            entry.SetIfGiven("Subset", destination.Subset);
            entry.Set("Weight", destinations.Length == 1 ? 1 : destination.Weight!.Value.Value, destination.Weight?.Location ?? destination.Location);
            WriteHeaders(destination.Headers, entry);
        }
    }
}
