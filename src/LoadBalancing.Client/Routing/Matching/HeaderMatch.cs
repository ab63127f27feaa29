using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>A compiled <see cref="HeaderMatchOptions"/>.</summary>
internal sealed class HeaderMatch
{
    private readonly string _name;
    private readonly TextMatch? _value;
    private readonly bool _present;
    private readonly bool _invert;

    public HeaderMatch(HeaderMatchOptions options)
    {
        _name = options.Name;
        _value = TextMatch.From(options.Exact, options.Prefix, options.Regex);
        _present = options.Present ?? true;
        _invert = options.Invert;
    }

    public bool Matches(HttpHeaders headers, HttpHeaders? contentHeaders) => MatchesIgnoringInvert(headers, contentHeaders) != _invert;

    private bool MatchesIgnoringInvert(HttpHeaders headers, HttpHeaders? contentHeaders)
    {
        bool isPresent = headers.NonValidated.TryGetValues(_name, out HeaderStringValues values)
            || contentHeaders?.NonValidated.TryGetValues(_name, out values) == true;

        // One value is returned as it is; several are joined as HttpClient sends them.
        return _value is null ? isPresent == _present : isPresent && _value.Matches(values.ToString());
    }
}
