using System.Buffers;

namespace LoadBalancing.Client;

/// <summary>Validates names and values of headers that options set.</summary>
internal static class HeaderValidator
{
    /// <summary>The characters of a token (RFC 9110, section 5.6.2): names of headers and of cookies are tokens.</summary>
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    public static bool IsToken(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>Validates headers that are added to a message, or removed from it.</summary>
    public static void Validate(string key, IEnumerable<KeyValuePair<string, string>> headers, ValidationErrors errors)
    {
        foreach ((string name, string value) in headers)
        {
            if (!IsToken(name))
            {
                errors.Add(key, $"'{name}' is not a valid header name; write it like 'x-version'.");
            }
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                errors.Add(key, $"'{name}' describes how the body is sent and is set by the transport; remove it.");
            }

            if (value is null || value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                errors.Add(key, $"the value of '{name}' is null or contains a line break or NUL, which headers must not contain.");
            }
        }
    }
}
