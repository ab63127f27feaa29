using System.Globalization;
using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// The response that a route gives without sending the request: a compiled <see cref="RouteRedirectOptions"/> or <see cref="DirectResponseOptions"/>.
/// </summary>
internal sealed class DirectResponse
{
    private readonly RouteRedirectOptions? _redirect;
    private readonly DirectResponseOptions? _direct;

    private DirectResponse(RouteRedirectOptions? redirect, DirectResponseOptions? direct)
    {
        _redirect = redirect is null
            ? null
            : new RouteRedirectOptions
            {
                Scheme = redirect.Scheme?.ToLowerInvariant(),
                Host = redirect.Host,
                Port = redirect.Port,
                Path = redirect.Path,
                Status = redirect.Status,
            };
        _direct = direct is null ? null : new DirectResponseOptions { Status = direct.Status, Body = direct.Body };
    }

    /// <summary>Null when the route sends its requests.</summary>
    public static DirectResponse? From(RequestRouteOptions route) =>
        route is { Redirect: null, DirectResponse: null } ? null : new DirectResponse(route.Redirect, route.DirectResponse);

    public HttpResponseMessage CreateFor(HttpRequestMessage request)
    {
        var response = new HttpResponseMessage((HttpStatusCode)(_redirect?.Status ?? _direct!.Status)) { RequestMessage = request, Version = request.Version };
        if (_redirect is not null)
        {
            response.Headers.TryAddWithoutValidation("Location", LocationOf(_redirect, request.RequestUri!));
        }
        else if (_direct!.Body is { } body)
        {
            response.Content = new StringContent(body);
        }

        return response;
    }

    private static string LocationOf(RouteRedirectOptions redirect, Uri uri)
    {
        string scheme = redirect.Scheme ?? uri.Scheme;
        string authority = redirect.Host ?? RequestAuthority.Of(uri);
        if (redirect.Port is { } port)
        {
            authority = string.Create(CultureInfo.InvariantCulture, $"{WithoutPort(authority)}:{port}");
        }

        string pathAndQuery = redirect.Path switch
        {
            null => uri.PathAndQuery,
            { } path when path.Contains('?', StringComparison.Ordinal) => path,
            { } path => path + uri.Query,
        };
        return string.Concat(scheme, Uri.SchemeDelimiter, authority, pathAndQuery);
    }

    private static string WithoutPort(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
    }
}
