namespace LoadBalancing.Client;

/// <summary>A compiled route: its name and conditions.</summary>
internal sealed class RequestRoute
{
    private readonly RouteMatch[] _matches;

    public RequestRoute(RequestRouteOptions options)
    {
        Name = options.Name;
        _matches = [.. (options.Match ?? []).Select(static match => new RouteMatch(match))];
    }

    public string Name { get; }

    /// <summary>The conditions, one of which must hold; empty: all requests.</summary>
    public IReadOnlyList<RouteMatch> Matches => _matches;

    /// <summary>The length of the prefix of a request's path that the route matched.</summary>
    public int PrefixLength(HttpRequestMessage request, string path)
    {
        foreach (RouteMatch match in _matches)
        {
            if (match.Matches(request))
            {
                return match.PrefixLength(path);
            }
        }

        // The request selected the route by name.
        foreach (RouteMatch match in _matches)
        {
            if (match.MatchesPath(path))
            {
                return match.PrefixLength(path);
            }
        }

        return 1;
    }
}
