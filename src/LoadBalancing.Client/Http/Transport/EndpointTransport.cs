using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>The connections of one client to one endpoint, whatever the host in the URI of a request.</summary>
internal sealed class EndpointTransport : IDisposable
{
    private readonly UpstreamEndpoint _endpoint;
    private readonly HttpMessageInvoker? _invoker;
    private readonly TransportUri?[] _cachedUris = new TransportUri?[FrequentPaths.Capacity];

    private EndpointTransport(UpstreamEndpoint endpoint, HttpMessageInvoker? invoker)
    {
        _endpoint = endpoint;
        _invoker = invoker;
    }

    /// <summary>Whether the transport can send requests.</summary>
    public bool IsUsable => _invoker is not null;

    /// <param name="endpoint">The endpoint to connect to.</param>
    /// <param name="handler">The handler that sends; the transport takes ownership.</param>
    /// <param name="connector">The connector of the handler.</param>
    public static EndpointTransport Create(UpstreamEndpoint endpoint, SocketsHttpHandler handler, Connector connector)
    {
        var address = new DnsEndPoint(endpoint.Address.IdnHost, endpoint.Address.Port);
        handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(connector, address, cancellationToken);
        return new EndpointTransport(endpoint, new HttpMessageInvoker(handler));
    }

    /// <summary>Creates a placeholder for an endpoint whose requests have to be rewritten.</summary>
    public static EndpointTransport CreateUnusable(UpstreamEndpoint endpoint) => new(endpoint, invoker: null);

    public bool CanSend(HttpRequestMessage request) =>
        _invoker is not null
        && request.RequestUri!.Scheme == _endpoint.Address.Scheme

        // QUIC connects by the URI, without a ConnectCallback.
        && request.Version.Major < 3
        && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _invoker!.SendAsync(request, cancellationToken);

    public HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker!.Send(request, cancellationToken);

    /// <summary>The same URI, with a reference to this transport.</summary>
    public Uri UriOf(Uri logical, FrequentPaths paths)
    {
        string pathAndQuery = logical.PathAndQuery;
        if (paths.Find(pathAndQuery) is not { } path)
        {
            return TransportUri.Of(logical, pathAndQuery, this, path: null);
        }

        TransportUri? kept = Volatile.Read(ref _cachedUris[path.Index]);
        if (kept is null || !kept.Matches(path, logical))
        {
            kept = TransportUri.Of(logical, pathAndQuery, this, path);
            Volatile.Write(ref _cachedUris[path.Index], kept);
        }

        return kept;
    }

    public void Dispose() => _invoker?.Dispose();

    private static async ValueTask<Stream> ConnectAsync(Connector connector, DnsEndPoint address, CancellationToken cancellationToken)
    {
        try
        {
            return await connector.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            // HttpClient reports only the host of the URI.
            throw new SocketException((int)exception.SocketErrorCode, $"{exception.Message} [{address.Host}:{address.Port}]");
        }
    }

    /// <summary>The URI of a request as the caller set it, with the transport that sends the request.</summary>
    internal sealed class TransportUri : Uri
    {
        private readonly FrequentPath? _path;

        private TransportUri(string text, EndpointTransport transport, FrequentPath? path, in UriCreationOptions options)
            : base(text, options)
        {
            Transport = transport;
            _path = path;
        }

        public EndpointTransport Transport { get; }

        /// <summary>Creates the URI without its user information and fragment, which are not sent.</summary>
        public static TransportUri Of(Uri logical, string pathAndQuery, EndpointTransport transport, FrequentPath? path)
        {
            string text = string.Concat(logical.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), pathAndQuery);
            var uri = new TransportUri(text, transport, path, ExactUri.Ordinary);
            return ExactUri.IsExact(uri, text) ? uri : new TransportUri(text, transport, path, ExactUri.Verbatim);
        }

        /// <summary>Whether it equals another URI, whose path is cached.</summary>
        public bool Matches(FrequentPath path, Uri logical) => ReferenceEquals(_path, path) && Port == logical.Port && Host == logical.Host;
    }
}
