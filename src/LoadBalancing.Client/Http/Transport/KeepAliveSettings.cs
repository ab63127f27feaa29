using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>The settings of <see cref="KeepAliveOptions"/>, for sockets and handlers.</summary>
/// <param name="TcpTime">The idle time before the first keep-alive probe, in seconds; 0 for no probes.</param>
/// <param name="TcpInterval">The interval between probes, in seconds.</param>
/// <param name="TcpRetryCount">The number of unacknowledged probes after which the connection is dead.</param>
/// <param name="Http2PingDelay">The idle time before a ping; infinite for no pings.</param>
/// <param name="Http2PingTimeout">The timeout of a ping's acknowledgement.</param>
internal sealed record KeepAliveSettings(int TcpTime, int TcpInterval, int TcpRetryCount, TimeSpan Http2PingDelay, TimeSpan Http2PingTimeout)
{
    public static readonly KeepAliveSettings Default = From(new KeepAliveOptions());

    public static KeepAliveSettings From(KeepAliveOptions options) => new(
        options.TcpTime == Timeout.InfiniteTimeSpan ? 0 : (int)options.TcpTime.TotalSeconds,
        (int)options.TcpInterval.TotalSeconds,
        options.TcpRetryCount,
        options.Http2PingDelay ?? Timeout.InfiniteTimeSpan,
        options.Http2PingTimeout);

    /// <summary>Enables TCP keep-alive of a socket.</summary>
    public void ApplyTo(Socket socket)
    {
        if (TcpTime == 0)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, TcpTime);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, TcpInterval);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, TcpRetryCount);
    }

    /// <summary>Enables the HTTP/2 pings of a handler, unless the user configured them.</summary>
    public void ApplyTo(SocketsHttpHandler handler)
    {
        if (Http2PingDelay != Timeout.InfiniteTimeSpan && handler.KeepAlivePingDelay == Timeout.InfiniteTimeSpan)
        {
            handler.KeepAlivePingDelay = Http2PingDelay;
            handler.KeepAlivePingTimeout = Http2PingTimeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        }
    }
}
