using System.Net;

namespace LoadBalancing.Client;

/// <summary>Which answers are redirects, and what the next request looks like: the rules of <see cref="SocketsHttpHandler"/>.</summary>
internal static class RedirectRules
{
    public const int MostRedirects = 50;

    /// <summary>Where an answer leads; null when it leads nowhere, or to a place that must not be gone to.</summary>
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

        if (requestUri.Fragment.Length > 0 && location.Fragment.Length == 0)
        {
            location = new UriBuilder(location) { Fragment = requestUri.Fragment }.Uri;
        }

        bool isWeb = location.Scheme == Uri.UriSchemeHttp || location.Scheme == Uri.UriSchemeHttps;
        bool isDowngrade = requestUri.Scheme == Uri.UriSchemeHttps && location.Scheme == Uri.UriSchemeHttp;
        return isWeb && !isDowngrade ? location : null;
    }

    /// <summary>Whether the next request is a GET without a body, whatever this one was.</summary>
    public static bool BecomesGet(HttpStatusCode status, HttpMethod method) => status switch
    {
        HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.MultipleChoices => method == HttpMethod.Post,
        HttpStatusCode.SeeOther => method != HttpMethod.Get && method != HttpMethod.Head,
        _ => false,
    };
}
