namespace LoadBalancing.Client;

/// <summary>Reads the endpoint of a session from a request's cookie, and sets the cookie for the endpoint that responded.</summary>
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

    /// <summary>The endpoint that the request's cookie names; null without a cookie, or when the endpoint is unknown.</summary>
    public UpstreamEndpoint? Find(HttpRequestMessage request, ICallerContext? caller)
    {
        if (!TryReadToken(request, caller, out ReadOnlySpan<char> token))
        {
            return null;
        }

        UpstreamEndpoint? endpoint = CurrentTokens()?.Find(token);
        if (endpoint is null)
        {
            // Forged, truncated, signed with a retired key, or the endpoint was removed: a new session begins.
            _balancer.Metrics.OnAffinityIgnored();
        }

        return endpoint;
    }

    /// <summary>
    /// Sets the caller's cookie if the response came from an endpoint that its cookie does not name. Never throws: the response has arrived, and the
    /// cookie is an extra.
    /// </summary>
    public void SetCookie(HttpRequestMessage request, ICallerContext? caller, UpstreamEndpoint endpoint)
    {
        if (caller is null || CurrentTokens()?.TokenOf(endpoint) is not { } token)
        {
            return;
        }

        try
        {
            if (!TryReadToken(request, caller, out ReadOnlySpan<char> known) || !known.SequenceEqual(token))
            {
                caller.TrySetCookie(_cookie, token, _ttl, _path);
            }
        }
#pragma warning disable CA1031 // A caller context is foreign code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _balancer.Metrics.SuppressedExceptions.Report(ExceptionOrigins.CallerContext, exception);
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

    /// <summary>The tokens of the current endpoints, recreated by the first request after the set changed.</summary>
    private EndpointTokens? CurrentTokens()
    {
        EndpointTokens? tokens = Volatile.Read(ref _tokens);
        UpstreamEndpoint[]? endpoints = _balancer.CurrentSet?.Endpoints;
        if (endpoints is not null && tokens?.Endpoints != endpoints)
        {
            tokens = new EndpointTokens(_balancer.ServiceName, endpoints, _keys);
            Volatile.Write(ref _tokens, tokens);
        }

        return tokens;
    }
}
