using System.Net;

namespace LoadBalancing.Client;

/// <summary>Decides which responses are redirects and how the next request looks, by the rules of <see cref="SocketsHttpHandler"/>.</summary>
internal static class RedirectRules
{
    public const int MaxRedirects = 50;

    /// <summary>Changes a request into that of the next hop, if the response is a redirect to follow.</summary>
    /// <returns>False when the response goes to the caller; otherwise, and if it throws, the response is disposed.</returns>
    public static bool TryApply(HttpRequestMessage request, HttpResponseMessage response)
    {
        bool isForCaller = false;
        try
        {
            if (TargetOf(response, request.RequestUri!) is not { } target)
            {
                isForCaller = true;
                return false;
            }

            if (BecomesGet(response.StatusCode, request.Method))
            {
                request.Method = HttpMethod.Get;
                request.Content = null;
                if (request.Headers.TransferEncodingChunked == true)
                {
                    request.Headers.TransferEncodingChunked = false;
                }
            }
            else if (!RequestBodies.CanReplay(request))
            {
                isForCaller = true;
                return false;
            }

            if (request.Content is not null)
            {
                RequestBodies.PrepareForRedirect(request);
            }

            request.RequestUri = target;
            request.Headers.Authorization = null;
            TraceParent.RemoveStale(request);
            return true;
        }
        finally
        {
            if (!isForCaller)
            {
                response.Dispose();
            }
        }
    }

    /// <summary>The target of a redirect; null when the response is not a redirect, or its target is not allowed.</summary>
    public static Uri? TargetOf(HttpResponseMessage response, Uri requestUri)
    {
        if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.MultipleChoices or HttpStatusCode.PermanentRedirect)
            || response.Headers.Location is not { } location)
        {
            return null;
        }

        if (!location.IsAbsoluteUri && !Uri.TryCreate(requestUri, location, out location))
        {
            return null;
        }

        location = ToLogicalHost(response, requestUri, location);
        if (requestUri.Fragment.Length > 0 && location.Fragment.Length == 0)
        {
            location = new UriBuilder(location) { Fragment = requestUri.Fragment }.Uri;
        }

        bool isWeb = location.Scheme == Uri.UriSchemeHttp || location.Scheme == Uri.UriSchemeHttps;
        return isWeb && !IsDowngrade(response, requestUri, location) ? location : null;
    }

    /// <summary>Whether the next request becomes a GET without a body.</summary>
    public static bool BecomesGet(HttpStatusCode status, HttpMethod method) => status switch
    {
        HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.MultipleChoices => method == HttpMethod.Post,
        HttpStatusCode.SeeOther => method != HttpMethod.Get && method != HttpMethod.Head,
        _ => false,
    };

    /// <summary>
    /// Maps a location at the endpoint's own host name back to the logical host. An endpoint with its own host name uses that name for the service;
    /// other endpoints use the caller's.
    /// </summary>
    private static Uri ToLogicalHost(HttpResponseMessage response, Uri requestUri, Uri location) =>
        response.Content is UpstreamContent { Lease.Endpoint.Hostname: { } own }
        && string.Equals(RequestAuthority.Of(location), own, StringComparison.OrdinalIgnoreCase)
            ? new UriBuilder(location) { Host = requestUri.Host, Port = requestUri.IsDefaultPort ? -1 : requestUri.Port }.Uri
            : location;

    /// <summary>
    /// Whether the redirect leads from TLS to plain text. The endpoint decides which of them is used, whatever the scheme of the logical address;
    /// this also holds for redirects within the service.
    /// </summary>
    private static bool IsDowngrade(HttpResponseMessage response, Uri requestUri, Uri location)
    {
        bool staysInService = string.Equals(RequestHost.Of(location), RequestHost.Of(requestUri), StringComparison.OrdinalIgnoreCase);
        bool wasEncrypted = requestUri.Scheme == Uri.UriSchemeHttps
            || (!staysInService && response.Content is UpstreamContent content && content.Lease.Endpoint.Address.Scheme == Uri.UriSchemeHttps);
        return wasEncrypted && location.Scheme == Uri.UriSchemeHttp;
    }
}
