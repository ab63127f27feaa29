namespace LoadBalancing.Client;

/// <summary>A compiled <see cref="RouteMatchOptions"/>. Cheap conditions are tested first.</summary>
internal sealed class RouteMatch
{
    private readonly TextMatch? _path;
    private readonly string[] _methods;
    private readonly string[] _hosts;
    private readonly int[] _ports;
    private readonly string? _scheme;
    private readonly TextMatch? _methodText;
    private readonly TextMatch? _schemeText;
    private readonly TextMatch? _authority;
    private readonly HeaderMatch[] _headers;
    private readonly QueryMatch[] _query;

    public RouteMatch(RouteMatchOptions options)
    {
        _path = TextMatch.From(options.Path, options.PathPrefix, options.PathRegex, options.IgnoreCase);
        ExactPath = options.Path;
        PathPrefix = options.PathPrefix;
        IgnoresCase = options.IgnoreCase;
        _methods = [.. options.Methods ?? []];
        _hosts = [.. (options.Hosts ?? []).Select(RequestHost.Normalize)];
        _ports = [.. options.Ports ?? []];
        _scheme = options.Scheme;
        _methodText = TextMatch.From(options.MethodMatch);
        _schemeText = TextMatch.From(options.SchemeMatch);
        _authority = TextMatch.From(options.Authority);
        _headers = [.. (options.Headers ?? []).Select(static header => new HeaderMatch(header))];
        _query = [.. (options.Query ?? []).Select(static parameter => new QueryMatch(parameter))];
    }

    /// <summary>The exact path; null without such a condition.</summary>
    public string? ExactPath { get; }

    /// <summary>The path prefix; null without such a condition.</summary>
    public string? PathPrefix { get; }

    /// <summary>Whether the path is case-insensitive.</summary>
    public bool IgnoresCase { get; }

    public bool Matches(HttpRequestMessage request) => (_path is null || _path.Matches(request.RequestUri!.AbsolutePath)) && MatchesExceptPath(request);

    /// <summary>Whether all conditions other than the path hold.</summary>
    public bool MatchesExceptPath(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri!;
        return IsEmptyOrContains(_methods, request.Method.Method)
            && (_hosts.Length == 0 || IsEmptyOrContains(_hosts, RequestHost.Of(uri)))
            && (_ports.Length == 0 || Array.IndexOf(_ports, uri.Port) >= 0)
            && (_scheme is null || _scheme.Equals(uri.Scheme, StringComparison.OrdinalIgnoreCase))
            && (_methodText is null || _methodText.Matches(request.Method.Method))
            && (_schemeText is null || _schemeText.Matches(uri.Scheme))
            && (_authority is null || _authority.Matches(RequestAuthority.Of(request)))
            && MatchesHeaders(request)
            && MatchesQuery(uri);
    }

    public bool MatchesPath(ReadOnlySpan<char> path) => _path is null || _path.Matches(path);

    /// <summary>
    /// The length of the matched prefix of a path: for an exact path or an expression the whole path; without a path condition the leading slash.
    /// </summary>
    public int PrefixLength(string path) => PathPrefix?.Length ?? (_path is null ? 1 : path.Length);

    private static bool IsEmptyOrContains(string[] texts, string text)
    {
        foreach (string candidate in texts)
        {
            if (candidate.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return texts.Length == 0;
    }

    private bool MatchesHeaders(HttpRequestMessage request)
    {
        foreach (HeaderMatch header in _headers)
        {
            if (!header.Matches(request.Headers, request.Content?.Headers))
            {
                return false;
            }
        }

        return true;
    }

    private bool MatchesQuery(Uri uri)
    {
        foreach (QueryMatch parameter in _query)
        {
            if (!parameter.Matches(uri.Query))
            {
                return false;
            }
        }

        return true;
    }
}
