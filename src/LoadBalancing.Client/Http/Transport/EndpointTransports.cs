using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Replaces a client's primary handler, with one transport per endpoint, so that a request goes to its endpoint with the URI, and therefore the
/// <c>Host</c>, that the caller set.
/// Requests that are not addressed to an endpoint, or to an endpoint without a usable transport, go to the original primary handler.
/// </summary>
/// <remarks>
/// <code>
/// http://catalog/items as a plain Uri       -> primary handler
/// http://catalog/items as a TransportUri    -> its transport: a copy of the primary handler that connects to 10.0.0.1:8080
/// </code>
/// It is disposed with the handlers of its client. The transports of removed endpoints are closed by a later request, after their last attempt has ended.
/// </remarks>
internal sealed class EndpointTransports : DelegatingHandler
{
    private readonly ConcurrentDictionary<UpstreamEndpoint, EndpointTransport> _transports = [];
    private readonly SocketsHttpHandler _primary;
    private readonly Connector _connector;
    private readonly Lock _closeLock = new();
    private int _removalsSeen = UpstreamEndpoint.Removals;

    /// <summary>The removed endpoints that still had requests in flight at the last cleanup; null for none.</summary>
    private UpstreamEndpoint[]? _draining;
    private bool _disposed;

    private EndpointTransports(SocketsHttpHandler primary, Connector connector)
        : base(primary)
    {
        _primary = primary;
        _connector = connector;
    }

    /// <summary>The number of endpoints with a usable transport.</summary>
    internal int Count => _transports.Count(static transport => transport.Value.IsUsable);

    /// <summary>
    /// Replaces a primary handler that the registration created; null when the replacement would change more than the address of the connections.
    /// </summary>
    public static EndpointTransports? TryReplace(SocketsHttpHandler primary, Connector connector) =>
        SocketsHandlerCopy.IsSupported && PrimaryHandlerDefaults.WereApplied(primary) ? new EndpointTransports(primary, connector) : null;

    /// <summary>Finds the transports below a handler, if only delegating handlers are in between.</summary>
    public static EndpointTransports? FindBelow(DelegatingHandler handler)
    {
        HttpMessageHandler? below = handler.InnerHandler;
        while (below is DelegatingHandler next)
        {
            if (next is EndpointTransports found)
            {
                return found;
            }

            below = next.InnerHandler;
        }

        return null;
    }

    /// <summary>The transport that can send a request to an endpoint with its current URI; null when the request has to be rewritten.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="request">The request.</param>
    public EndpointTransport? Find(UpstreamEndpoint endpoint, HttpRequestMessage request)
    {
        int removals = UpstreamEndpoint.Removals;
        if (removals != Volatile.Read(ref _removalsSeen)
            || (Volatile.Read(ref _draining) is { } leaving && Array.Exists(leaving, static left => left.InFlight <= 0)))
        {
            CloseRemovedTransports(removals);
        }

        if (!_transports.TryGetValue(endpoint, out EndpointTransport? transport))
        {
            transport = Add(endpoint);
        }

        return transport.CanSend(request) ? transport : null;
    }

    /// <summary>
    /// Whether a request without a response still waits for a connection, or a stream, that other requests of this client use: nothing of it was written,
    /// and no connection to its endpoint is being opened. False where that cannot be known.
    /// </summary>
    /// <param name="request">The request, as it was sent.</param>
    /// <param name="endpoint">Its endpoint.</param>
    public bool IsQueued(HttpRequestMessage request, UpstreamEndpoint endpoint) =>
        RequestDeparture.IsWaiting(request)
        && Connector.IsConnectorCallback(_primary.ConnectCallback)
        && !UsesProxy(endpoint)
        && !_connector.IsConnecting(endpoint.Address);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestDeparture.MarkWaiting(request);
        return request.RequestUri is EndpointTransport.TransportUri uri
            ? uri.Transport.SendAsync(request, cancellationToken)
            : base.SendAsync(request, cancellationToken);
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestDeparture.MarkWaiting(request);
        return request.RequestUri is EndpointTransport.TransportUri uri
            ? uri.Transport.Send(request, cancellationToken)
            : base.Send(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Volatile.Write(ref _disposed, true);
            foreach (EndpointTransport transport in _transports.Values)
            {
                transport.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private EndpointTransport Add(UpstreamEndpoint endpoint)
    {
        // Of two transports created concurrently only one is used; the other has not connected yet.
        EndpointTransport created = CanConnectDirectly(endpoint)
            ? EndpointTransport.Create(endpoint, SocketsHandlerCopy.Of(_primary), _connector)
            : EndpointTransport.CreateUnusable(endpoint);
        EndpointTransport kept = _transports.GetOrAdd(endpoint, created);
        if (!ReferenceEquals(kept, created) || Volatile.Read(ref _disposed))
        {
            created.Dispose();
        }

        return kept;
    }

    private bool CanConnectDirectly(UpstreamEndpoint endpoint) =>
        endpoint is { Hostname: null, Address: { AbsolutePath: "/", Scheme: "http" or "https" } }
        && !_primary.AllowAutoRedirect
        && (_primary.ConnectCallback is null || Connector.IsConnectorCallback(_primary.ConnectCallback))
        && !UsesProxy(endpoint);

    private bool UsesProxy(UpstreamEndpoint endpoint) => _primary.UseProxy && HasProxy(_primary.Proxy ?? HttpClient.DefaultProxy, endpoint.Address);

    private static bool HasProxy(IWebProxy proxy, Uri address) => !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } found && found != address;

    private void CloseRemovedTransports(int removals)
    {
        // One of several concurrent requests is enough; the others go on to send.
        if (!_closeLock.TryEnter())
        {
            return;
        }

        try
        {
            UpstreamEndpoint[] left = [.. _transports.Keys.Where(static endpoint => endpoint.IsRemoved)];
            foreach (UpstreamEndpoint endpoint in left.Where(static endpoint => endpoint.InFlight <= 0))
            {
                if (_transports.TryRemove(endpoint, out EndpointTransport? transport))
                {
                    transport.Dispose();
                }
            }

            UpstreamEndpoint[] busy = Array.FindAll(left, _transports.ContainsKey);
            Volatile.Write(ref _draining, busy.Length == 0 ? null : busy);
            Volatile.Write(ref _removalsSeen, removals);
        }
        finally
        {
            _closeLock.Exit();
        }
    }
}
