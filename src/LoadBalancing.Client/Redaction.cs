using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>
/// Makes text from elsewhere (options, documents, requests, servers) fit to be quoted in a message, which may end in a log that many can read: the user
/// information and the query of a URI are masked, and control characters, with which a log line could be forged, are escaped. Redacting twice changes
/// nothing.
/// </summary>
internal static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>The C0 and C1 controls, the line and paragraph separators, and the controls of writing direction.</summary>
    private static readonly SearchValues<char> ControlCharacters = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Select(static code => (char)code),
        '\u2028', '\u2029', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069',
    ]);

    /// <summary>Redacts a message as a whole. A query is recognized by its first <c>name=</c>: other text may contain question marks.</summary>
    public static string Redact(string text) => EscapeControlCharacters(Query().Replace(UserInformation().Replace(text, $"://{Mask}@"), $"?{Mask}"));

    /// <summary>Redacts a text that is a URI, or should be one: all that follows a question mark or number sign is masked.</summary>
    public static string RedactUri(string text) => Redact(QueryOrFragment().Replace(UriUserInformation().Replace(text, $"$1{Mask}@"), $"$1{Mask}"));

    private static string EscapeControlCharacters(string text)
    {
        int first = text.AsSpan().IndexOfAny(ControlCharacters);
        if (first < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text, 0, first, text.Length + 16);
        foreach (char character in text.AsSpan(first))
        {
            _ = character switch
            {
                '\r' => escaped.Append(@"\r"),
                '\n' => escaped.Append(@"\n"),
                '\t' => escaped.Append(@"\t"),
                _ when ControlCharacters.Contains(character) => escaped.Append(CultureInfo.InvariantCulture, $@"\u{(int)character:x4}"),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }

    /// <summary>Everything up to the last at sign: a password that contains a slash must not be shown in part.</summary>
    [GeneratedRegex("""://[^\s'"?#]*@""")]
    private static partial Regex UserInformation();

    [GeneratedRegex("""^([a-z][a-z0-9+.-]*://|//)?[^?#]*@""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UriUserInformation();

    [GeneratedRegex("""\?(?=[\w.~%\-\[\]]+=)[^\s'"]*""")]
    private static partial Regex Query();

    [GeneratedRegex("""([?#]).*""", RegexOptions.Singleline)]
    private static partial Regex QueryOrFragment();
}
