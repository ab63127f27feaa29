namespace LoadBalancing.Client;

/// <summary>What a route changes of the messages that pass it, or answers itself. Immutable.</summary>
internal sealed class RouteTransforms
{
    private readonly RouteRewrite? _rewrite;
    private readonly HeaderTransforms? _request;
    private readonly HeaderTransforms? _response;

    private RouteTransforms(RouteRewrite? rewrite, HeaderTransforms? request, HeaderTransforms? response, DirectResponse? answer)
    {
        _rewrite = rewrite;
        _request = request;
        _response = response;
        DirectResponse = answer;
    }

    /// <summary>What requests are answered with, without being sent; null when they are sent.</summary>
    public DirectResponse? DirectResponse { get; }

    /// <summary>Null when messages pass as they are.</summary>
    /// <param name="options">The route.</param>
    /// <param name="route">The same, compiled.</param>
    /// <param name="destination">Where its requests go; null when they are not shared out.</param>
    public static RouteTransforms? From(RequestRouteOptions options, RequestRoute route, RouteDestinationOptions? destination = null)
    {
        var rewrite = RouteRewrite.From(options.Rewrite, route);
        var request = HeaderTransforms.From(HeaderKinds.OfRequestHeader, destination?.RequestHeaders, options.RequestHeaders);
        var response = HeaderTransforms.From(HeaderKinds.OfResponseHeader, destination?.ResponseHeaders, options.ResponseHeaders);
        var answer = DirectResponse.From(options);
        return rewrite is null && request is null && response is null && answer is null ? null : new RouteTransforms(rewrite, request, response, answer);
    }

    /// <summary>Changes a request for the length of its call.</summary>
    public RequestSnapshot Apply(HttpRequestMessage request)
    {
        var before = new RequestSnapshot(request);
        if (DirectResponse is not null)
        {
            return before;
        }

        if (_rewrite is not null)
        {
            request.RequestUri = _rewrite.Apply(request);
            if (_rewrite.Host is { } host && request.Headers.Host is not null)
            {
                before.Headers.Add(HeaderSnapshot.Of(request.Headers, "Host"));
                request.Headers.Host = host;
            }
        }

        _request?.Apply(request.Headers, request.Content?.Headers, before.Headers);
        return before;
    }

    /// <summary>Changes a body that was made anew for a retry, as the first one was changed.</summary>
    public void Apply(HttpContent content)
    {
        using var message = new HttpRequestMessage();
        _request?.Apply(message.Headers, content.Headers, before: null);
    }

    /// <summary>Changes an answer, which stays changed.</summary>
    public void Apply(HttpResponseMessage response) => _response?.Apply(response.Headers, response.Content.Headers, before: null);
}

/// <summary>What a request was before a route changed it.</summary>
internal sealed class RequestSnapshot(HttpRequestMessage request)
{
    private readonly Uri? _address = request.RequestUri;

    public List<HeaderSnapshot> Headers { get; } = [];

    /// <summary>Leaves the request as its caller wrote it. Several changes of one header are taken back in reverse.</summary>
    public void Restore()
    {
        request.RequestUri = _address;
        for (int i = Headers.Count - 1; i >= 0; i--)
        {
            Headers[i].Restore();
        }
    }
}
