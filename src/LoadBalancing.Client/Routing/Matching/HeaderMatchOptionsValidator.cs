namespace LoadBalancing.Client;

/// <summary>The rules for conditions on headers: those of routes, and those of retries.</summary>
internal static class HeaderMatchOptionsValidator
{
    public static void Validate(HeaderMatchOptions header, ValidationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(header.Name))
        {
            errors.Add("Name", "it is empty; set a header name, like 'x-canary'.");
        }

        CheckValue(header.Name, header.Regex, [header.Exact, header.Prefix, header.Regex, header.Present], errors);
    }

    /// <summary>The part that headers and query parameters have in common.</summary>
    public static void CheckValue(string name, string? regex, object?[] ways, ValidationErrors errors)
    {
        int count = ways.Count(static way => way is not null);
        if (count > 1)
        {
            errors.Add("Name", $"'{name}' has {count} conditions; at most one of Exact, Prefix, Regex and Present may be set.");
        }

        RegexValidator.Validate("Regex", regex, errors);
    }
}
