using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>Connects as the platform does, and enables TCP keep-alive, which detects dead connections.</summary>
internal sealed class Connector
{
    private readonly KeepAliveSettings _keepAlive;

    public Connector(KeepAliveSettings keepAlive) => _keepAlive = keepAlive;

    /// <summary>Whether a callback is a connector's, and not the user's own.</summary>
    public static bool IsConnectorCallback(Delegate? callback) => callback?.Target is Connector;

    /// <summary>For a handler's <see cref="SocketsHttpHandler.ConnectCallback"/>: connects to the host of the request, or to its proxy.</summary>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ConnectAsync(context.DnsEndPoint, cancellationToken);

    public async ValueTask<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            _keepAlive.ApplyTo(socket);
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
