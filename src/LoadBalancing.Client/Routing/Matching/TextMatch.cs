using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>A condition on one text: its exact value, its prefix, or a regular expression for all of it.</summary>
internal sealed class TextMatch
{
    private readonly string? _exact;
    private readonly string? _prefix;
    private readonly Regex? _regex;
    private readonly StringComparison _comparison;

    private TextMatch(string? exact, string? prefix, Regex? regex, bool ignoreCase)
    {
        _exact = exact;
        _prefix = prefix;
        _regex = regex;
        _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
    }

    /// <summary>Null without a condition.</summary>
    public static TextMatch? From(string? exact, string? prefix, string? regex, bool ignoreCase = false) =>
        exact is null && prefix is null && regex is null ? null : new TextMatch(exact, prefix, regex is null ? null : Compile(regex, ignoreCase), ignoreCase);

    /// <summary>Null without a condition.</summary>
    public static TextMatch? From(TextMatchOptions? options) => options is null ? null : From(options.Exact, options.Prefix, options.Regex);

    /// <summary>Compiles a regular expression for a whole text.</summary>
    /// <exception cref="ArgumentException">It is not a regular expression.</exception>
    /// <exception cref="NotSupportedException">It requires backtracking, whose run time the author of a request could make arbitrarily long.</exception>
    public static Regex Compile(string regex, bool ignoreCase) =>
        new($"^(?:{regex})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    public bool Matches(ReadOnlySpan<char> text) =>
        _exact is not null ? text.Equals(_exact, _comparison)
        : _prefix is not null ? text.StartsWith(_prefix, _comparison)
        : _regex!.IsMatch(text);
}
