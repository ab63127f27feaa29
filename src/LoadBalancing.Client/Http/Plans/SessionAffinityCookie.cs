namespace LoadBalancing.Client;

/// <summary>Reads from a request which endpoint its caller was on, and tells the caller which one it is on now.</summary>
internal sealed class SessionAffinityCookie
{
    private readonly string _cookie;
    private readonly TimeSpan _ttl;
    private readonly string _path;
    private readonly byte[][] _keys;
    private readonly LoadBalancer _balancer;
    private EndpointTokens? _tokens;

    public SessionAffinityCookie(SessionAffinityOptions options, LoadBalancer balancer)
    {
        _cookie = options.CookieName;
        _ttl = options.Ttl;
        _path = options.Path;
        _keys = [.. options.Keys.Select(Convert.FromBase64String)];
        _balancer = balancer;
    }

    /// <summary>The endpoint that the request's cookie names; null when it names none, or none that is known.</summary>
    public UpstreamEndpoint? Find(HttpRequestMessage request, ICallerContext? caller)
    {
        if (!TryReadToken(request, caller, out ReadOnlySpan<char> token))
        {
            return null;
        }

        UpstreamEndpoint? endpoint = CurrentTokens()?.Find(token);
        if (endpoint is null)
        {
            // Forged, cut off, signed with a key that is gone, or the endpoint has left: the caller starts anew.
            _balancer.Metrics.OnAffinityIgnored();
        }

        return endpoint;
    }

    /// <summary>Gives the caller a cookie if the answer came from an endpoint that its cookie does not name.</summary>
    public void SetCookie(HttpRequestMessage request, ICallerContext? caller, UpstreamEndpoint endpoint)
    {
        if (caller is not null
            && CurrentTokens()?.TokenOf(endpoint) is { } token
            && !(TryReadToken(request, caller, out ReadOnlySpan<char> known) && known.SequenceEqual(token)))
        {
            caller.TrySetCookie(_cookie, token, _ttl, _path);
        }
    }

    private bool TryReadToken(HttpRequestMessage request, ICallerContext? caller, out ReadOnlySpan<char> token)
    {
        if (RequestHashInputs.TryFindCookie(request, _cookie, out token))
        {
            return true;
        }

        string? known = caller?.GetCookie(_cookie);
        token = known;
        return known is not null;
    }

    /// <summary>The names of the members as they are now, made anew by the first request after they changed.</summary>
    private EndpointTokens? CurrentTokens()
    {
        EndpointTokens? tokens = Volatile.Read(ref _tokens);
        UpstreamEndpoint[]? members = _balancer.CurrentSet?.Endpoints;
        if (members is not null && tokens?.Endpoints != members)
        {
            tokens = new EndpointTokens(_balancer.ServiceName, members, _keys);
            Volatile.Write(ref _tokens, tokens);
        }

        return tokens;
    }
}
