using System.Buffers;
using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>Rules for single values that several documents share. Each says what is wrong, or null.</summary>
internal static partial class FieldValidators
{
    private const int LongestRegex = 1024;
    private const int LargestMaglevTable = 5_000_011;

    /// <summary>What may stand in a path (RFC 3986, section 3.3).</summary>
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("!$%&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    /// <summary>What may stand in a token (RFC 9110, section 5.6.2).</summary>
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    public static string? Host(string host, bool mayBeWildcard)
    {
        string name = mayBeWildcard && host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        if (mayBeWildcard && host == "*")
        {
            return null;
        }

        if (name.Length == 0 || name.Length > 255 || !HostName().IsMatch(name))
        {
            string wildcard = mayBeWildcard ? ", or '*.default.svc.cluster.local' for all below it" : "";
            return $"'{host}' is not a host; write it like 'catalog' or 'catalog.default.svc.cluster.local'{wildcard}.{Typography.Hint(host)}";
        }

        return null;
    }

    public static string? Path(string path) => path is ['/', ..] && !path.AsSpan().ContainsAnyExcept(PathCharacters)
        ? null
        : $"'{path}' is not a path; it begins with a slash, and what may not stand in a path is written like %20.{Typography.Hint(path)}";

    /// <summary>What takes the place of what a regular expression found. Groups are <c>\1</c> to <c>\9</c>.</summary>
    public static string? Substitution(string text)
    {
        string plain = text.Replace("\\", "", StringComparison.Ordinal);
        return plain.AsSpan().ContainsAnyExcept(PathCharacters) ? $"'{text}' is not a part of a path; what may not stand there is written like %20.{Typography.Hint(text)}" : null;
    }

    public static string? Authority(string authority) => Uri.TryCreate($"http://{authority}/", UriKind.Absolute, out Uri? uri) && uri is { AbsolutePath: "/", UserInfo: "", Query: "" } && authority.Length > 0
        ? null
        : $"'{authority}' is not a host with or without a port; write it like 'catalog.example.com' or 'catalog.example.com:8080'.{Typography.Hint(authority)}";

    public static string? HeaderName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters)
        ? null
        : $"'{name}' is not the name of a header; write it like 'x-user'.{Typography.Hint(name)}";

    public static string? HeaderValue(string value) => value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0
        ? null
        : "the value of a header is one line.";

    public static string? CookieName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters)
        ? null
        : $"'{name}' is not the name of a cookie; write it like 'session'.{Typography.Hint(name)}";

    public static string? CookiePath(string path) => path is ['/', ..] && !path.AsSpan().ContainsAnyInRange('\0', ' ') && !path.Contains(';', StringComparison.Ordinal)
        ? null
        : $"'{path}' is not the path of a cookie; it begins with a slash and has no blanks and semicolons.";

    public static string? Label(string key, string value) =>
        key.Length is > 0 and <= 317 && LabelKey().IsMatch(key) && value.Length <= 63 && LabelValue().IsMatch(value)
            ? null
            : $"'{key}: {value}' is not a label; write it like 'version: v1'.{Typography.Hint(key + value)}";

    public static string? SubsetName(string name) => name.Length is > 0 and <= 63 && SubsetNames().IsMatch(name)
        ? null
        : $"'{name}' is not the name of a subset; it has letters, digits and hyphens, like 'v1'.{Typography.Hint(name)}";

    /// <summary>Regular expressions of the mesh run in time that grows with the text alone (RE2), and so do those of here.</summary>
    public static string? Regex(string regex)
    {
        if (regex.Length > LongestRegex)
        {
            return $"it is {regex.Length} characters long; a regular expression has at most {LongestRegex}.";
        }

        try
        {
            _ = new Regex($"^(?:{regex})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"'{regex}' is no regular expression that can be used here: {exception.Message}";
        }
    }

    public static string? Maglev(int size)
    {
        bool isPrime = size is >= 2 and <= LargestMaglevTable;
        for (int divisor = 2; isPrime && (long)divisor * divisor <= size; divisor++)
        {
            isPrime = size % divisor != 0;
        }

        return isPrime ? null : $"{size} is not allowed; it is a prime number up to {LargestMaglevTable}, like 65537.";
    }

    /// <summary>A locality of a rule: up to three parts, the last of which may be a star.</summary>
    public static string? Locality(string locality)
    {
        string[] parts = locality.Split('/');
        bool isRight = parts.Length <= 3 && parts.All(static part => part.Length > 0 && !part.Contains(':', StringComparison.Ordinal)) && !parts.AsSpan(0, parts.Length - 1).Contains("*") && parts.All(static part => part == "*" || !part.Contains('*', StringComparison.Ordinal));
        return isRight ? null : $"'{locality}' is not a locality; write it like 'region/zone/subzone', 'region/zone/*', 'region' or '*'.{Typography.Hint(locality)}";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex SubsetNames();
}
