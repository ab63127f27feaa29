using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>A condition on one text: all of it, its beginning, or a regular expression for all of it.</summary>
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

    /// <summary>Null when nothing is asked.</summary>
    public static TextMatch? From(string? exact, string? prefix, string? regex, bool ignoreCase = false) =>
        exact is null && prefix is null && regex is null ? null : new TextMatch(exact, prefix, regex is null ? null : Compile(regex, ignoreCase), ignoreCase);

    /// <summary>Null when nothing is asked.</summary>
    public static TextMatch? From(TextMatchOptions? options) => options is null ? null : From(options.Exact, options.Prefix, options.Regex);

    /// <summary>Makes the expression of a match.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking, and so a time that whoever writes requests could make long.</exception>
    public static Regex Compile(string regex, bool ignoreCase) =>
        new($"^(?:{regex})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));

    public bool Matches(ReadOnlySpan<char> text) =>
        _exact is not null ? text.Equals(_exact, _comparison)
        : _prefix is not null ? text.StartsWith(_prefix, _comparison)
        : _regex!.IsMatch(text);
}
