using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>A set of HTTP statuses, written as single ones and ranges: <c>200</c>, <c>500-599</c>. Immutable.</summary>
internal sealed class StatusSet : IEquatable<StatusSet>
{
    /// <summary>What is expected, for messages.</summary>
    public const string Expectation = "expected a status or a range of them, 100 to 599, like 503 or 500-599";

    private const int First = 100;
    private const int Last = 599;

    private readonly bool[] _has = new bool[Last + 1];

    private StatusSet()
    {
    }

    /// <summary>Reads a list that has been checked before.</summary>
    /// <exception cref="ArgumentException">An entry cannot be read.</exception>
    public static StatusSet Parse(IEnumerable<string> entries)
    {
        var set = new StatusSet();
        foreach (string entry in entries)
        {
            if (!TryParse(entry, out int from, out int to))
            {
                throw new ArgumentException($"'{entry}' cannot be read; {Expectation}.", nameof(entries));
            }

            set._has.AsSpan(from, to - from + 1).Fill(true);
        }

        return set;
    }

    public static bool TryParse(string? entry, out int from, out int to)
    {
        string[] ends = (entry ?? "").Split('-');
        from = to = 0;
        return ends.Length is 1 or 2 && TryParseStatus(ends[0], out from) && TryParseStatus(ends[^1], out to) && from <= to;
    }

    public bool Contains(int status) => (uint)status <= Last && _has[status];

    public bool Equals(StatusSet? other) => other is not null && _has.AsSpan().SequenceEqual(other._has);

    public override bool Equals(object? obj) => Equals(obj as StatusSet);

    public override int GetHashCode() => _has.Count(static has => has);

    private static bool TryParseStatus(string text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= First and <= Last;
}
