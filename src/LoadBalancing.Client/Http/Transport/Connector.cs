using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// Connects as the platform does, and enables TCP keep-alive, which detects dead connections. It knows which of its connections are being opened.
/// </summary>
internal sealed class Connector
{
    private readonly PendingConnects _pending = new();
    private readonly KeepAliveSettings _keepAlive;

    public Connector(KeepAliveSettings keepAlive) => _keepAlive = keepAlive;

    /// <summary>Whether a callback is a connector's, and not the user's own.</summary>
    public static bool IsConnectorCallback(Delegate? callback) => callback?.Target is Connector;

    /// <summary>Notices the end of the handshakes of a handler that connects with this connector. The handler's own filter is kept.</summary>
    public static void Observe(SocketsHttpHandler handler)
    {
        Func<SocketsHttpPlaintextStreamFilterContext, CancellationToken, ValueTask<Stream>>? own = handler.PlaintextStreamFilter;
        handler.PlaintextStreamFilter = (context, cancellationToken) =>
        {
            EndConnect(context.PlaintextStream);
            return own is null ? new ValueTask<Stream>(context.PlaintextStream) : own(context, cancellationToken);
        };
    }

    /// <summary>Whether a connection to an address is being opened.</summary>
    public bool IsConnecting(Uri address) => _pending.Contains(address);

    /// <summary>For a handler's <see cref="SocketsHttpHandler.ConnectCallback"/>: connects to the host of the request, or to its proxy.</summary>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ConnectAsync(context.DnsEndPoint, cancellationToken);

    public async ValueTask<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        PendingConnects.Connect pending = _pending.Begin(address);
        try
        {
            _keepAlive.ApplyTo(socket);
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new PendingConnects.ConnectStream(socket, pending);
        }
        catch
        {
            pending.End();
            socket.Dispose();
            throw;
        }
    }

    private static void EndConnect(Stream stream) =>
        ((stream as SslStream is { } secure ? InnerStream(secure) : stream) as PendingConnects.ConnectStream)?.Connect.End();

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_InnerStream")]
    private static extern Stream InnerStream(AuthenticatedStream stream);
}
