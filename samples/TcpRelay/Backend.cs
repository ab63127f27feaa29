using System.Net;
using System.Net.Sockets;

namespace TcpRelay;

/// <summary>Connects a socket to the address of an endpoint.</summary>
internal static class Backend
{
    public static Socket MakeSocket(Uri uri, out EndPoint address)
    {
        if (uri.Scheme == "unix")
        {
            address = new UnixDomainSocketEndPoint(uri.AbsolutePath);
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        }

        address = new DnsEndPoint(uri.IdnHost, uri.Port);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return socket;
    }
}
