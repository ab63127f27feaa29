namespace LoadBalancing.Client;

/// <summary>A route, compiled: which requests are its own.</summary>
internal sealed class RequestRoute
{
    private readonly RouteMatch[] _matches;

    public RequestRoute(RequestRouteOptions options)
    {
        Name = options.Name;
        _matches = [.. (options.Match ?? []).Select(static match => new RouteMatch(match))];
    }

    public string Name { get; }

    /// <summary>What it asks for; empty: nothing.</summary>
    public IReadOnlyList<RouteMatch> Matches => _matches;

    /// <summary>How much of a request's path is the prefix by which the route fits it.</summary>
    public int PrefixLength(HttpRequestMessage request, string path)
    {
        foreach (RouteMatch match in _matches)
        {
            if (match.Matches(request))
            {
                return match.PrefixLength(path);
            }
        }

        // The request has asked for the route by name.
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
