using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>Validates that regular expressions compile with the options they are used with.</summary>
internal static class RegexValidator
{
    public static void Validate(string key, string? regex, ValidationErrors errors) =>
        TryCompile(key, regex, static text => TextMatch.Compile(text, ignoreCase: false), errors);

    /// <returns>The compiled expression; null when there is none, or when it is invalid.</returns>
    public static Regex? TryCompile(string key, string? regex, Func<string, Regex> compile, ValidationErrors errors)
    {
        try
        {
            return regex is null ? null : compile(regex);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            errors.Add(key, $"'{regex}' is not a supported regular expression: {exception.Message}");
            return null;
        }
    }
}
