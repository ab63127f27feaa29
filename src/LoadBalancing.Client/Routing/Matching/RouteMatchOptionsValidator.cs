namespace LoadBalancing.Client;

/// <summary>Validates the match conditions of a route.</summary>
internal static class RouteMatchOptionsValidator
{
    public static void Validate(RouteMatchOptions match, ValidationErrors errors)
    {
        if (new[] { match.Path, match.PathPrefix, match.PathRegex }.Count(static path => path is not null) > 1)
        {
            errors.Add("Path", "several path conditions are set; at most one of Path, PathPrefix and PathRegex may be set.");
        }

        foreach ((string key, string? path) in new[] { ("Path", match.Path), ("PathPrefix", match.PathPrefix) })
        {
            if (path is not null && !path.StartsWith('/'))
            {
                errors.Add(key, $"'{path}' does not begin with a slash.");
            }
        }

        RegexValidator.Validate("PathRegex", match.PathRegex, errors);
        CheckText("MethodMatch", match.MethodMatch, errors);
        CheckText("Authority", match.Authority, errors);
        CheckText("SchemeMatch", match.SchemeMatch, errors);
        for (int i = 0; i < (match.Ports?.Count ?? 0); i++)
        {
            if (match.Ports![i] is < 1 or > 65535)
            {
                errors.Add($"Ports:{i}", $"{match.Ports[i]} is not a port; it must be 1 to 65535.");
            }
        }

        for (int i = 0; i < (match.Headers?.Count ?? 0); i++)
        {
            HeaderMatchOptionsValidator.Validate(match.Headers![i], errors.ForSection($"Headers:{i}"));
        }

        for (int i = 0; i < (match.Query?.Count ?? 0); i++)
        {
            CheckQuery(match.Query![i], errors.ForSection($"Query:{i}"));
        }
    }

    private static void CheckText(string key, TextMatchOptions? match, ValidationErrors errors)
    {
        if (match is null)
        {
            return;
        }

        int count = new[] { match.Exact, match.Prefix, match.Regex }.Count(static text => text is not null);
        if (count != 1)
        {
            errors.Add(key, $"it sets {count} conditions; set exactly one of Exact, Prefix and Regex.");
        }

        RegexValidator.Validate("Regex", match.Regex, errors.ForSection(key));
    }

    private static void CheckQuery(QueryMatchOptions parameter, ValidationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(parameter.Name))
        {
            errors.Add("Name", "it is empty; set the name of a query parameter, like 'page'.");
        }

        object?[] conditions = [parameter.Exact, parameter.Prefix, parameter.Regex, parameter.Present];
        HeaderMatchOptionsValidator.CheckValue(parameter.Name, parameter.Regex, conditions, errors);
    }
}
