using System.Buffers;
using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>Validators for single values. Each returns an error message, or null if the value is valid.</summary>
internal static partial class FieldValidators
{
    private const int MaxRegexLength = 1024;
    private const int MaxMaglevTableSize = 5_000_011;

    /// <summary>The characters of a path (RFC 3986, section 3.3).</summary>
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("!$%&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    /// <summary>The characters of a token (RFC 9110, section 5.6.2).</summary>
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    public static string? Host(string host, bool mayBeWildcard)
    {
        string name = mayBeWildcard && host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        if (mayBeWildcard && host == "*")
        {
            return null;
        }

        if (name.Length == 0 || name.Length > 255 || !HostName().IsMatch(name))
        {
            string wildcard = mayBeWildcard ? ", or '*.default.svc.cluster.local' for all hosts below it" : "";
            return $"'{host}' is not a valid host; write it as 'catalog' or 'catalog.default.svc.cluster.local'{wildcard}.{Typography.Hint(host)}";
        }

        return null;
    }

    public static string? Path(string path) => path is ['/', ..] && !path.AsSpan().ContainsAnyExcept(PathCharacters)
        ? null
        : $"'{path}' is not a valid path; it starts with a slash, and other characters are percent-encoded, such as %20.{Typography.Hint(path)}";

    /// <summary>The replacement for a regular expression match. Groups are <c>\1</c> to <c>\9</c>.</summary>
    public static string? Substitution(string text)
    {
        string plain = text.Replace("\\", "", StringComparison.Ordinal);
        return plain.AsSpan().ContainsAnyExcept(PathCharacters)
            ? $"'{text}' is not a valid part of a path; other characters are percent-encoded, such as %20.{Typography.Hint(text)}"
            : null;
    }

    public static string? Authority(string authority) =>
        authority.Length > 0 && Uri.TryCreate($"http://{authority}/", UriKind.Absolute, out Uri? uri) && uri is { AbsolutePath: "/", UserInfo: "", Query: "" }
            ? null
            : $"'{authority}' is not a valid host with an optional port; write it as 'catalog.example.com' or 'catalog.example.com:8080'."
                + Typography.Hint(authority);

    public static string? HeaderName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters)
        ? null
        : $"'{name}' is not a valid header name; write it as 'x-user'.{Typography.Hint(name)}";

    public static string? HeaderValue(string value) => value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0
        ? null
        : "a header value must be a single line.";

    public static string? CookieName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters)
        ? null
        : $"'{name}' is not a valid cookie name; write it as 'session'.{Typography.Hint(name)}";

    public static string? CookiePath(string path) =>
        path is ['/', ..] && !path.AsSpan().ContainsAnyInRange('\0', ' ') && !path.Contains(';', StringComparison.Ordinal)
            ? null
            : $"'{path}' is not a valid cookie path; it starts with a slash and contains no spaces or semicolons.";

    public static string? Label(string key, string value) =>
        key.Length is > 0 and <= 317 && LabelKey().IsMatch(key) && value.Length <= 63 && LabelValue().IsMatch(value)
            ? null
            : $"'{key}: {value}' is not a valid label; write it as 'version: v1'.{Typography.Hint(key + value)}";

    public static string? SubsetName(string name) => name.Length is > 0 and <= 63 && SubsetNames().IsMatch(name)
        ? null
        : $"'{name}' is not a valid subset name; it consists of letters, digits and hyphens, for example 'v1'.{Typography.Hint(name)}";

    /// <summary>Regular expressions run without backtracking, in linear time, like those of the mesh (RE2).</summary>
    public static string? Regex(string regex)
    {
        if (regex.Length > MaxRegexLength)
        {
            return $"the regular expression has {regex.Length} characters; the limit is {MaxRegexLength}.";
        }

        try
        {
            _ = new Regex($"^(?:{regex})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"'{regex}' is not a supported regular expression: {exception.Message}";
        }
    }

    public static string? Maglev(int size)
    {
        bool isPrime = size is >= 2 and <= MaxMaglevTableSize;
        for (int divisor = 2; isPrime && (long)divisor * divisor <= size; divisor++)
        {
            isPrime = size % divisor != 0;
        }

        return isPrime ? null : $"{size} is not allowed; expected a prime number up to {MaxMaglevTableSize}, for example 65537.";
    }

    /// <summary>A locality pattern: up to three parts, the last of which may be a star.</summary>
    public static string? Locality(string locality)
    {
        string[] parts = locality.Split('/');
        bool isValid = parts.Length <= 3
            && parts.All(static part => part.Length > 0 && !part.Contains(':', StringComparison.Ordinal))
            && !parts.AsSpan(0, parts.Length - 1).Contains("*")
            && parts.All(static part => part == "*" || !part.Contains('*', StringComparison.Ordinal));
        return isValid
            ? null
            : $"'{locality}' is not a valid locality; write it as 'region/zone/subzone', 'region/zone/*', 'region' or '*'.{Typography.Hint(locality)}";
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
