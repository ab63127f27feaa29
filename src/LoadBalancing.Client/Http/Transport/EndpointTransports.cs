using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Stands in the place of a client's primary handler and has one transport for each endpoint, so that a request goes to its endpoint with the URI, and so the <c>Host</c>, that the caller gave it.
/// Requests that are not for an endpoint, or for one that cannot be reached this way, go to the primary handler as it was.
/// </summary>
/// <remarks>
/// <code>
/// http://catalog/items as a plain Uri       -> primary handler
/// http://catalog/items as a TransportUri    -> its transport: a copy of the primary handler that connects to 10.0.0.1:8080
/// </code>
/// It lives and ends with the handlers of its client. The transports of endpoints that have left are closed when their last attempt is over and a later request comes by.
/// </remarks>
internal sealed class EndpointTransports : DelegatingHandler
{
    private readonly ConcurrentDictionary<UpstreamEndpoint, EndpointTransport> _transports = [];
    private readonly SocketsHttpHandler _primary;
    private readonly Connector _connector;
    private readonly Lock _closeLock = new();
    private int _removalsSeen = UpstreamEndpoint.Removals;

    /// <summary>Those who have left and were still busy when somebody looked last; null for nobody.</summary>
    private UpstreamEndpoint[]? _draining;
    private bool _disposed;

    private EndpointTransports(SocketsHttpHandler primary, Connector connector)
        : base(primary)
    {
        _primary = primary;
        _connector = connector;
    }

    /// <summary>How many endpoints have a transport.</summary>
    internal int Count => _transports.Count(static transport => transport.Value.IsUsable);

    /// <summary>Takes the place of a primary handler of the client's own whose connections are all its own; null where that would change more than where it connects to.</summary>
    public static EndpointTransports? TryReplace(SocketsHttpHandler primary, Connector connector) =>
        SocketsHandlerCopy.IsSupported && PrimaryHandlerDefaults.WereApplied(primary) ? new EndpointTransports(primary, connector) : null;

    /// <summary>The one below a handler, if only delegating handlers are in between.</summary>
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

    /// <summary>The transport that can carry a request to an endpoint under the URI it has; null when the request has to be rewritten.</summary>
    /// <param name="endpoint">Where it is to go.</param>
    /// <param name="request">The request.</param>
    public EndpointTransport? Find(UpstreamEndpoint endpoint, HttpRequestMessage request)
    {
        int removals = UpstreamEndpoint.Removals;
        if (removals != Volatile.Read(ref _removalsSeen) || (Volatile.Read(ref _draining) is { } leaving && Array.Exists(leaving, static left => left.InFlight <= 0)))
        {
            CloseRemovedTransports(removals);
        }

        if (!_transports.TryGetValue(endpoint, out EndpointTransport? transport))
        {
            transport = Add(endpoint);
        }

        return transport.CanSend(request) ? transport : null;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri is TransportUri uri ? uri.Transport.SendAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.RequestUri is TransportUri uri ? uri.Transport.Send(request, cancellationToken) : base.Send(request, cancellationToken);

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
        // Only one of two that are made at the same time is used; the other has not connected yet.
        EndpointTransport made = CanConnectDirectly(endpoint) ? EndpointTransport.Create(endpoint, SocketsHandlerCopy.Of(_primary), _connector) : EndpointTransport.CreateUnusable(endpoint);
        EndpointTransport kept = _transports.GetOrAdd(endpoint, made);
        if (!ReferenceEquals(kept, made) || Volatile.Read(ref _disposed))
        {
            made.Dispose();
        }

        return kept;
    }

    private bool CanConnectDirectly(UpstreamEndpoint endpoint) =>
        endpoint is { Hostname: null, Address: { AbsolutePath: "/", Scheme: "http" or "https" } }
        && !_primary.AllowAutoRedirect
        && (_primary.ConnectCallback is null || Connector.IsConnectorCallback(_primary.ConnectCallback))
        && !(_primary.UseProxy && HasProxy(_primary.Proxy ?? HttpClient.DefaultProxy, endpoint.Address));

    private static bool HasProxy(IWebProxy proxy, Uri address) => !proxy.IsBypassed(address) && proxy.GetProxy(address) is { } found && found != address;

    private void CloseRemovedTransports(int removals)
    {
        // One of several that come at the same time is enough, and the others have requests to send.
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
