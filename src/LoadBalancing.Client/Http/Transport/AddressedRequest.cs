using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// Addresses a request to an endpoint for one attempt. If the client has a transport for the endpoint, the request keeps its URI, which also carries
/// the transport. Otherwise <c>RequestUri</c> points at the endpoint, and <c>Host</c> (and with it SNI and the name that the
/// certificate is validated against) stays the name that the caller used, unless the endpoint has its own,
/// or a proxy reads the request, for which both have to name the endpoint.
/// </summary>
internal readonly struct AddressedRequest
{
    private readonly Uri _logicalUri;
    private readonly bool _hostSet;

    private AddressedRequest(Uri logicalUri, bool hostSet)
    {
        _logicalUri = logicalUri;
        _hostSet = hostSet;
    }

    /// <param name="request">The request, addressed to the logical host.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="paths">The cache of frequent paths, whose URIs are kept.</param>
    /// <param name="addressing">How the client's requests are addressed.</param>
    /// <param name="isResent">Whether an attempt with the same body may have been sent before.</param>
    public static AddressedRequest AddressTo(
        HttpRequestMessage request,
        UpstreamEndpoint endpoint,
        FrequentPaths paths,
        RequestAddressing addressing,
        bool isResent = false)
    {
        Uri logicalUri = request.RequestUri!;
        if (addressing.Transports?.Find(endpoint, request) is { } transport)
        {
            Uri carriedUri = transport.UriOf(logicalUri, paths);
            if (request.Content is not null)
            {
                SourceTrackingContent.Wrap(request, isResent);
            }

            request.RequestUri = carriedUri;
            return new AddressedRequest(logicalUri, hostSet: false);
        }

        Uri endpointUri = addressing.UriAt(endpoint, logicalUri, paths);
        bool setHost = request.Headers.Host is null && !addressing.IsReadByProxy(endpointUri);
        if (setHost)
        {
            string host = endpoint.Hostname ?? HostOf(logicalUri);
            setHost = !endpoint.HasAuthority(host);
            if (setHost)
            {
                request.Headers.Host = host;
            }
        }

        if (request.Content is not null)
        {
            SourceTrackingContent.Wrap(request, isResent);
        }

        // Last: if anything above throws, the request is not restored, so it must still be unchanged.
        request.RequestUri = endpointUri;
        return new AddressedRequest(logicalUri, setHost);
    }

    /// <summary>Restores the request.</summary>
    public void Restore(HttpRequestMessage request)
    {
        request.RequestUri = _logicalUri;
        RequestDeparture.Clear(request);
        if (request.Content is not null)
        {
            SourceTrackingContent.Restore(request);
        }

        if (_hostSet)
        {
            request.Headers.Host = null;
        }
    }

    private static string HostOf(Uri uri)
    {
        string host = uri.Host;
        if (!Ascii.IsValid(host))
        {
            host = uri.IdnHost;
        }

        return uri.IsDefaultPort ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
    }
}
