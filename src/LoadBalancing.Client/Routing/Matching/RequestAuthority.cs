using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>The host of a request, with its port unless it is the default one.</summary>
internal static class RequestAuthority
{
    /// <summary>The present or future value of its <c>Host</c> header.</summary>
    public static string Of(HttpRequestMessage request) => request.Headers.Host ?? Of(request.RequestUri!);

    public static string Of(Uri uri)
    {
        string host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return uri.IsDefaultPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
    }
}
