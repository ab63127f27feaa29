namespace LoadBalancing.Client;

/// <summary>Validates header conditions of routes and retries.</summary>
internal static class HeaderMatchOptionsValidator
{
    public static void Validate(HeaderMatchOptions header, ValidationErrors errors)
    {
        if (string.IsNullOrWhiteSpace(header.Name))
        {
            errors.Add("Name", "it is empty; set a header name, like 'x-canary'.");
        }
        else if (!HeaderValidator.IsToken(header.Name))
        {
            errors.Add("Name", $"'{header.Name}' is not a valid header name, so no message has it; write it like 'x-canary'.");
        }

        CheckValue(header.Name, header.Regex, [header.Exact, header.Prefix, header.Regex, header.Present], errors);
    }

    /// <summary>Validates the conditions that headers and query parameters have in common.</summary>
    public static void CheckValue(string name, string? regex, object?[] conditions, ValidationErrors errors)
    {
        int count = conditions.Count(static condition => condition is not null);
        if (count > 1)
        {
            errors.Add("Name", $"'{name}' has {count} conditions; at most one of Exact, Prefix, Regex and Present may be set.");
        }

        RegexValidator.Validate("Regex", regex, errors);
    }
}
