namespace LoadBalancing.Client;

/// <summary>A compiled <see cref="QueryMatchOptions"/>.</summary>
internal sealed class QueryMatch
{
    private readonly string _name;
    private readonly TextMatch? _value;
    private readonly bool _present;

    public QueryMatch(QueryMatchOptions options)
    {
        _name = options.Name;
        _value = TextMatch.From(options.Exact, options.Prefix, options.Regex);
        _present = options.Present ?? true;
    }

    /// <param name="query">The query as sent, empty or with its question mark.</param>
    public bool Matches(string query)
    {
        ReadOnlySpan<char> rest = query.AsSpan().TrimStart('?');
        foreach (Range range in rest.Split('&'))
        {
            ReadOnlySpan<char> pair = rest[range];
            int equals = pair.IndexOf('=');
            ReadOnlySpan<char> name = equals < 0 ? pair : pair[..equals];
            if (!name.IsEmpty && Decode(name) == _name)
            {
                return _value?.Matches(equals < 0 ? "" : Decode(pair[(equals + 1)..])) ?? _present;
            }
        }

        return _value is null && !_present;
    }

    private static string Decode(ReadOnlySpan<char> text) => Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
}
