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

    public bool Matches(HttpRequestMessage request)
    {
        foreach (RouteMatch match in _matches)
        {
            if (match.Matches(request))
            {
                return true;
            }
        }

        return _matches.Length == 0;
    }
}
