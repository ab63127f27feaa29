using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>The rule for regular expressions: that they compile the way they are used.</summary>
internal static class RegexValidator
{
    public static void Validate(string key, string? regex, ValidationErrors errors) =>
        TryCompile(key, regex, static text => TextMatch.Compile(text, ignoreCase: false), errors);

    /// <returns>Null when there is no expression, or when it is an error.</returns>
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
