using System.Text;

namespace LoadBalancing.Client;

/// <summary>Maps the action of a rule: rewrite, redirect, direct response, headers and destinations.</summary>
internal static class ActionMapping
{
    public static void Write(HttpRoute rule, PolicyTarget target, PolicyCatalog catalog, string @namespace, int port, PolicyWriter route)
    {
        WriteRewrite(rule.Rewrite, route.ForSection("Rewrite"));
        WriteRedirect(rule.Redirect, port, route.ForSection("Redirect"));
        if (rule.DirectResponse is { } directResponse)
        {
            route.Set("DirectResponse:Status", directResponse.Status);
            route.SetIfGiven("DirectResponse:Body", directResponse.Body);
        }

        WriteHeaders(rule.Headers, route);
        WriteDestinations(rule, target, catalog, @namespace, route);
    }

    private static void WriteRewrite(HttpRouteRewrite? rewrite, PolicyWriter writer)
    {
        writer.SetIfGiven("Prefix", rewrite?.Uri);
        writer.SetIfGiven("Host", rewrite?.Authority);
        if (rewrite is { Regex: { } regex, Substitution: { } substitution })
        {
            writer.Set("Regex", regex);
            writer.Set("Substitution", FromRe2(substitution.Value), substitution.Location);
        }
    }

    /// <summary>Converts an RE2 substitution to .NET: groups are <c>\1</c> there and <c>${1}</c> here, and a dollar sign is literal there.</summary>
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
                // Braces separate the group number from a digit that follows it.
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

    private static void WriteRedirect(HttpRouteRedirect? redirect, int port, PolicyWriter writer)
    {
        if (redirect is null)
        {
            return;
        }

        writer.SetIfGiven("Path", redirect.Uri);
        writer.SetIfGiven("Host", redirect.Authority);
        writer.SetIfGiven("Scheme", redirect.Scheme);
        writer.SetIfGiven("Port", redirect.Port);
        if (redirect.DerivePort is { } derivePort)
        {
            int derived = derivePort.Value == "FROM_REQUEST_PORT" ? port : redirect.Scheme?.Value == "https" ? 443 : 80;
            writer.Set("Port", derived, derivePort.Location);
        }

        writer.SetOrDefault("Status", redirect.Code, 301, "Istio's default");
    }

    private static void WriteHeaders(HttpRouteHeaders? headers, PolicyWriter writer)
    {
        WriteChanges(headers?.Request, writer.ForSection("RequestHeaders"));
        WriteChanges(headers?.Response, writer.ForSection("ResponseHeaders"));
    }

    private static void WriteChanges(HeaderTransforms? changes, PolicyWriter writer)
    {
        foreach ((string name, Located<string> value) in changes?.Set ?? [])
        {
            writer.Set($"Set:{name}", value);
        }

        foreach ((string name, Located<string> value) in changes?.Add ?? [])
        {
            writer.Set($"Add:{name}", value);
        }

        for (int i = 0; i < (changes?.Remove.Count ?? 0); i++)
        {
            writer.Set($"Remove:{i}", changes!.Remove[i]);
        }
    }

    /// <summary>A single destination that is the service itself, without a subset, is the default and is not written.</summary>
    private static void WriteDestinations(HttpRoute rule, PolicyTarget target, PolicyCatalog catalog, string @namespace, PolicyWriter writer)
    {
        HttpRouteDestination[] destinations = rule.Destinations.Count == 1
            ? [.. rule.Destinations]
            : [.. rule.Destinations.Where(static destination => destination.Weight is { Value: > 0 })];
        bool IsOwn(HttpRouteDestination destination) => catalog.ExpandHost(destination.Host.Value, @namespace).Intersect(target.HostNames).Any();
        if (destinations is [{ Subset: null, Headers: null } only] && IsOwn(only))
        {
            return;
        }

        for (int i = 0; i < destinations.Length; i++)
        {
            HttpRouteDestination destination = destinations[i];
            PolicyWriter entry = writer.ForSection("Destinations", i);
            if (!IsOwn(destination))
            {
                string[] names = catalog.ExpandHost(destination.Host.Value, @namespace);
                string? service = target.Services.FirstOrDefault(known => catalog.GetHostNames(known).Intersect(names).Any());
                entry.Set("Service", service ?? destination.Host.Value, destination.Host.Location);
            }

            entry.SetIfGiven("Subset", destination.Subset);
            entry.Set("Weight", destinations.Length == 1 ? 1 : destination.Weight!.Value.Value, destination.Weight?.Location ?? destination.Location);
            WriteHeaders(destination.Headers, entry);
        }
    }
}
