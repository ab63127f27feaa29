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

    /// <summary>Whether there is a way at all.</summary>
    public bool IsUsable => _invoker is not null;

    /// <param name="endpoint">Where to connect to.</param>
    /// <param name="handler">What connects; it belongs to the transport from now on.</param>
    /// <param name="connector">How it connects.</param>
    public static EndpointTransport Create(UpstreamEndpoint endpoint, SocketsHttpHandler handler, Connector connector)
    {
        var address = new DnsEndPoint(endpoint.Address.IdnHost, endpoint.Address.Port);
        handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(connector, address, cancellationToken);
        return new EndpointTransport(endpoint, new HttpMessageInvoker(handler));
    }

    /// <summary>Stands for an endpoint that requests have to be rewritten for.</summary>
    public static EndpointTransport CreateUnusable(UpstreamEndpoint endpoint) => new(endpoint, invoker: null);

    public bool CanSend(HttpRequestMessage request) =>
        _invoker is not null
        && request.RequestUri!.Scheme == _endpoint.Address.Scheme

        // QUIC connects by the URI and asks nobody.
        && request.Version.Major < 3
        && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrHigher;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker!.SendAsync(request, cancellationToken);

    public HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker!.Send(request, cancellationToken);

    /// <summary>The same URI, by which this transport is found.</summary>
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
            // Whoever reports it knows only the host in the URI.
            throw new SocketException((int)exception.SocketErrorCode, $"{exception.Message} [{address.Host}:{address.Port}]");
        }
    }
}
