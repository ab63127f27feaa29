using System.Net;

namespace LoadBalancing.Client;

/// <summary>How the requests of a client are addressed to endpoints, which depends on the handlers below the load balancing.</summary>
internal sealed class RequestAddressing
{
    private readonly IWebProxy? _proxy;
    private readonly bool _usesLogicalUri;

    private RequestAddressing(EndpointTransports? transports, IWebProxy? proxy, bool usesLogicalUri)
    {
        Transports = transports;
        _proxy = proxy;
        _usesLogicalUri = usesLogicalUri;
    }

    /// <summary>All requests are rewritten, and nothing below looks at their URIs.</summary>
    public static RequestAddressing Rewriting { get; } = new(transports: null, proxy: null, usesLogicalUri: false);

    /// <summary>The transports of the client; null when it has none per endpoint.</summary>
    public EndpointTransports? Transports { get; }

    public static RequestAddressing For(DelegatingHandler handler) => new(
        EndpointTransports.FindBelow(handler),
        PrimaryHandlerLookups.ProxyOf(handler),
        PrimaryHandlerLookups.UseLogicalUri(handler));

    /// <summary>The URI of a rewritten request.</summary>
    public Uri UriAt(UpstreamEndpoint endpoint, Uri logical, FrequentPaths paths) =>
        _usesLogicalUri ? RewrittenUri.Of(endpoint, logical) : EndpointUri.Of(endpoint, logical.PathAndQuery, paths);

    /// <summary>
    /// Whether a forward proxy reads the request itself, and not a tunnel. The request line then has the endpoint's address, and a <c>Host</c> that
    /// contradicts it is an error.
    /// </summary>
    public bool IsReadByProxy(Uri endpointUri) => _proxy is not null && endpointUri.Scheme == Uri.UriSchemeHttp && AppliesTo(_proxy, endpointUri);

    private static bool AppliesTo(IWebProxy proxy, Uri uri)
    {
        try
        {
            return !proxy.IsBypassed(uri) && proxy.GetProxy(uri) is not null;
        }
#pragma warning disable CA1031 // A proxy can be application code. SocketsHttpHandler too treats one that throws as none.
        catch
#pragma warning restore CA1031
        {
            return false;
        }
    }
}
