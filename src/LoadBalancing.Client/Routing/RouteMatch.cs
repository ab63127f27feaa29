namespace LoadBalancing.Client;

/// <summary>A <see cref="RouteMatchOptions"/>, compiled. What is cheap to ask is asked first.</summary>
internal sealed class RouteMatch
{
    private readonly TextMatch? _path;
    private readonly string[] _methods;
    private readonly string[] _hosts;
    private readonly string? _scheme;
    private readonly HeaderMatch[] _headers;
    private readonly QueryMatch[] _query;

    public RouteMatch(RouteMatchOptions options)
    {
        _path = TextMatch.From(options.Path, options.PathPrefix, options.PathRegex, options.IgnoreCase);
        _methods = [.. options.Methods ?? []];
        _hosts = [.. options.Hosts ?? []];
        _scheme = options.Scheme;
        _headers = [.. (options.Headers ?? []).Select(static header => new HeaderMatch(header))];
        _query = [.. (options.Query ?? []).Select(static parameter => new QueryMatch(parameter))];
    }

    public bool Matches(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri!;
        return IsOneOf(_methods, request.Method.Method)
            && IsOneOf(_hosts, uri.Host)
            && (_scheme is null || _scheme.Equals(uri.Scheme, StringComparison.OrdinalIgnoreCase))
            && (_path is null || _path.Matches(uri.AbsolutePath))
            && HeadersFit(request)
            && QueryFits(uri);
    }

    private static bool IsOneOf(string[] texts, string text)
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

    private bool HeadersFit(HttpRequestMessage request)
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

    private bool QueryFits(Uri uri)
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
