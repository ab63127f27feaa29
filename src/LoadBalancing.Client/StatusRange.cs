using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// An HTTP status, or a range of them: <c>503</c>, <c>500-599</c>, <c>5xx</c>. Numbers and texts convert to one, so
/// <c>RetriableStatuses = [429, "500-504"]</c> compiles. Immutable.
/// </summary>
/// <remarks>
/// The conversions do not throw. A number or a text that is not a status keeps its text, <see cref="IsValid"/> is false, and the validation of
/// the options reports it with its path, together with all other errors. The constructor and <see cref="Parse"/> throw.
/// </remarks>
public readonly struct StatusRange : IEquatable<StatusRange>
{
    /// <summary>The syntax, for messages.</summary>
    internal const string Expectation = "expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx";

    internal const int Lowest = 100;
    internal const int Highest = 599;

    private readonly string? _invalidText;

    /// <summary>Creates a range.</summary>
    /// <param name="first">The first status, 100 to 599.</param>
    /// <param name="last">The last status, <paramref name="first"/> to 599; inclusive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The two are not a range within 100 to 599.</exception>
    public StatusRange(int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, Lowest);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Highest);
        First = first;
        Last = last;
    }

    private StatusRange(string invalidText) => _invalidText = invalidText;

    /// <summary>The first status, 100 to 599; 0 when <see cref="IsValid"/> is false.</summary>
    public int First { get; }

    /// <summary>The last status, inclusive; equals <see cref="First"/> for a single status. 0 when <see cref="IsValid"/> is false.</summary>
    public int Last { get; }

    /// <summary>Whether the value is a status or a range. False for the default value, and for conversions from other numbers and texts.</summary>
    public bool IsValid => First > 0;

    /// <summary>Converts a number to a single status.</summary>
    /// <param name="status">100 to 599; any other number results in a value whose <see cref="IsValid"/> is false.</param>
    public static implicit operator StatusRange(int status) =>
        status is >= Lowest and <= Highest ? new StatusRange(status, status) : new StatusRange(status.ToString(CultureInfo.InvariantCulture));

    /// <summary>Converts a text to a status or a range.</summary>
    /// <param name="text">As in <see cref="Parse"/>; any other text results in a value whose <see cref="IsValid"/> is false.</param>
    public static implicit operator StatusRange(string? text) => TryParse(text, out StatusRange range) ? range : new StatusRange(text ?? "");

    /// <summary>Compares two values for equality; invalid values are equal when their texts are equal.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(StatusRange left, StatusRange right) => left.Equals(right);

    /// <summary>Compares two values for inequality.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(StatusRange left, StatusRange right) => !left.Equals(right);

    /// <summary>Parses a status or a range.</summary>
    /// <param name="text">
    /// <c>503</c>, <c>500-599</c>, or <c>5xx</c> for all statuses that begin with the digit; 100 to 599. White space around the numbers is ignored.
    /// </param>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="FormatException">The text is not a status or a range.</exception>
    public static StatusRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out StatusRange range) ? range : throw new FormatException($"'{text}' cannot be read; {Expectation}.");
    }

    /// <summary>Tries to parse a status or a range.</summary>
    /// <param name="text">As in <see cref="Parse"/>.</param>
    /// <param name="range">The range; the default value when the text is not a status or a range.</param>
    public static bool TryParse(string? text, out StatusRange range)
    {
        range = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest is [>= '1' and <= '5', 'x' or 'X', 'x' or 'X'])
        {
            int hundreds = (rest[0] - '0') * 100;
            range = new StatusRange(hundreds, hundreds + 99);
            return true;
        }

        int hyphen = rest.IndexOf('-');
        if (!TryParseStatus(hyphen < 0 ? rest : rest[..hyphen], out int first) || !TryParseStatus(rest[(hyphen + 1)..], out int last) || last < first)
        {
            return false;
        }

        range = new StatusRange(first, last);
        return true;
    }

    /// <summary>Whether the range contains a status; always false when <see cref="IsValid"/> is false.</summary>
    /// <param name="status">The status.</param>
    public bool Contains(int status) => IsValid && status >= First && status <= Last;

    /// <inheritdoc/>
    public bool Equals(StatusRange other) => First == other.First && Last == other.Last && (_invalidText ?? "") == (other._invalidText ?? "");

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StatusRange other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(First, Last, _invalidText ?? "");

    /// <summary>
    /// Formats the range as <see cref="Parse"/> reads it: <c>503</c>, <c>500-599</c>. Returns the converted text when <see cref="IsValid"/> is false.
    /// </summary>
    public override string ToString() =>
        !IsValid ? _invalidText ?? ""
        : First == Last ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryParseStatus(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= Lowest and <= Highest;
}
