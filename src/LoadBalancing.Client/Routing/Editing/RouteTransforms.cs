namespace LoadBalancing.Client;

/// <summary>A route's compiled changes to requests and responses, or its direct response. Immutable.</summary>
internal sealed class RouteTransforms
{
    private readonly RouteRewrite? _rewrite;
    private readonly HeaderTransforms? _request;
    private readonly HeaderTransforms? _response;

    private RouteTransforms(RouteRewrite? rewrite, HeaderTransforms? request, HeaderTransforms? response, DirectResponse? directResponse)
    {
        _rewrite = rewrite;
        _request = request;
        _response = response;
        DirectResponse = directResponse;
    }

    /// <summary>The response given without sending requests; null when they are sent.</summary>
    public DirectResponse? DirectResponse { get; }

    /// <summary>Null when the route changes nothing.</summary>
    /// <param name="options">The route's options.</param>
    /// <param name="route">The compiled route.</param>
    /// <param name="destination">The destination of its requests; null without destinations.</param>
    public static RouteTransforms? From(RequestRouteOptions options, RequestRoute route, RouteDestinationOptions? destination = null)
    {
        var rewrite = RouteRewrite.From(options.Rewrite, route);
        var request = HeaderTransforms.From(HeaderKinds.OfRequestHeader, destination?.RequestHeaders, options.RequestHeaders);
        var response = HeaderTransforms.From(HeaderKinds.OfResponseHeader, destination?.ResponseHeaders, options.ResponseHeaders);
        var directResponse = DirectResponse.From(options);
        return rewrite is null && request is null && response is null && directResponse is null
            ? null
            : new RouteTransforms(rewrite, request, response, directResponse);
    }

    /// <summary>Changes a request for the duration of its call.</summary>
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

    /// <summary>Applies the request changes to content that was recreated for a retry.</summary>
    public void Apply(HttpContent content)
    {
        using var message = new HttpRequestMessage();
        _request?.Apply(message.Headers, content.Headers, before: null);
    }

    /// <summary>Changes a response, permanently.</summary>
    public void Apply(HttpResponseMessage response) => _response?.Apply(response.Headers, response.Content.Headers, before: null);
}
