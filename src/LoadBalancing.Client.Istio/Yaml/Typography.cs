namespace LoadBalancing.Client;

/// <summary>
/// Characters that word processors substitute for those with a meaning in YAML: dashes, quotes, no-break spaces. They look right and mean nothing.
/// </summary>
internal static class Typography
{
    public static bool IsDash(char character) => character is (>= '\u2010' and <= '\u2015') or '\u2212' or '\uFE58' or '\uFE63' or '\uFF0D';

    public static bool IsQuote(char character) =>
        character is (>= '\u2018' and <= '\u201F') or '\u00AB' or '\u00BB' or '\u2032' or '\u2033' or '\u2039' or '\u203A' or '\uFF02' or '\uFF07';

    public static bool IsSpace(char character) =>
        character is '\u00A0' or (>= '\u2000' and <= '\u200B') or '\u202F' or '\u205F' or '\u2060' or '\u3000' or '\uFEFF';

    /// <summary>The plain character that was intended.</summary>
    public static char ToPlain(char character) =>
        IsDash(character) ? '-'
        : IsSpace(character) || character == '\t' ? ' '
        : character is '\u2018' or '\u2019' or '\u201A' or '\u201B' or '\u2032' or '\u2039' or '\u203A' or '\uFF07' ? '\''
        : IsQuote(character) ? '"'
        : character;

    public static string NameOf(char character) => character switch
    {
        '\t' => "a tab",
        '\u00A0' => "a no-break space (U+00A0)",
        '\u2013' => "an en dash (U+2013)",
        '\u2014' => "an em dash (U+2014)",
        '\u2212' => "a minus sign (U+2212)",
        '\u2018' or '\u2019' => $"a typographic apostrophe (U+{(int)character:X4})",
        '\u200B' => "a zero-width space (U+200B)",
        '\uFEFF' => "a byte order mark (U+FEFF)",
        _ when IsDash(character) => $"a typographic dash (U+{(int)character:X4})",
        _ when IsQuote(character) => $"a typographic quote (U+{(int)character:X4})",
        _ => $"a typographic space (U+{(int)character:X4})",
    };

    /// <summary>A sentence about the first typographic character of a text, to append to a message; empty if there is none.</summary>
    public static string Hint(string text)
    {
        foreach (char character in text)
        {
            if (IsDash(character) || IsQuote(character) || IsSpace(character))
            {
                return $" It contains {NameOf(character)}; '{ToPlain(character)}' was probably intended.";
            }
        }

        return "";
    }

    /// <summary>Finds typographic characters in positions where the plain character has a meaning in YAML.</summary>
    /// <param name="lines">The lines of the document.</param>
    /// <param name="isText">Whether a line and column, starting at 1, lie in quoted text, where every character is literal.</param>
    public static IEnumerable<TypographicError> Find(IReadOnlyList<string> lines, Func<int, int, bool> isText)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            foreach (TypographicError error in FindInLine(lines[i], i + 1, isText))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<TypographicError> FindInLine(string line, int number, Func<int, int, bool> isText)
    {
        int end = EndOfContent(line);
        bool indenting = true;
        char quote = '\0';
        for (int i = 0; i < end; i++)
        {
            char character = line[i];
            if (isText(number, i + 1))
            {
                indenting = false;
                continue;
            }

            if (indenting && character == '\t')
            {
                yield return new TypographicError(number, i + 1, character, TypographicErrorKind.Tab);
            }
            else if (indenting && IsDash(character) && (i + 1 >= end || line[i + 1] == ' ' || line[i + 1] == '\t' || IsSpace(line[i + 1])))
            {
                yield return new TypographicError(number, i + 1, character, TypographicErrorKind.ListDash);
            }
            else if (IsSpace(character) && quote == '\0')
            {
                yield return new TypographicError(number, i + 1, character, TypographicErrorKind.Space);
            }
            else if (IsQuote(character) && quote == '\0' && !IsApostrophe(line, i))
            {
                yield return new TypographicError(number, i + 1, character, TypographicErrorKind.Quote);
                indenting = false;
            }
            else if (character is '"' or '\'')
            {
                quote = quote == '\0' && (i == 0 || line[i - 1] is ' ' or '[' or ',' or '{' or ':') ? character : quote == character ? '\0' : quote;
                indenting = false;
            }
            else if (character == '#' && quote == '\0' && (i == 0 || line[i - 1] is ' ' or '\t'))
            {
                yield break;
            }
            else if (character is not (' ' or '\t' or '-'))
            {
                indenting = false;
            }
        }
    }

    private static bool IsApostrophe(string line, int i) =>
        line[i] == '\u2019' && i > 0 && i + 1 < line.Length && char.IsLetter(line[i - 1]) && char.IsLetter(line[i + 1]);

    /// <summary>The length of a line without trailing blanks; 0 for an empty line or a comment.</summary>
    private static int EndOfContent(string line)
    {
        ReadOnlySpan<char> content = line.AsSpan().TrimStart(" \t");
        return content.IsEmpty || content[0] == '#' ? 0 : line.AsSpan().TrimEnd(" \t\r").Length;
    }
}
