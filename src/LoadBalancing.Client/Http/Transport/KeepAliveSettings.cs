using System.Net.Sockets;

namespace LoadBalancing.Client;

/// <summary>What <see cref="KeepAliveOptions"/> come to.</summary>
/// <param name="TcpTime">In seconds; 0: no probes.</param>
/// <param name="TcpInterval">In seconds.</param>
/// <param name="TcpRetryCount">The number of probes.</param>
/// <param name="Http2PingDelay">Infinite: no pings.</param>
/// <param name="Http2PingTimeout">The time for an answer.</param>
internal sealed record KeepAliveSettings(int TcpTime, int TcpInterval, int TcpRetryCount, TimeSpan Http2PingDelay, TimeSpan Http2PingTimeout)
{
    public static readonly KeepAliveSettings Default = From(new KeepAliveOptions());

    public static KeepAliveSettings From(KeepAliveOptions options) => new(
        options.TcpTime == Timeout.InfiniteTimeSpan ? 0 : (int)options.TcpTime.TotalSeconds,
        (int)options.TcpInterval.TotalSeconds,
        options.TcpRetryCount,
        options.Http2PingDelay ?? Timeout.InfiniteTimeSpan,
        options.Http2PingTimeout);

    /// <summary>Switches the probes of a socket on.</summary>
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

    /// <summary>Has a handler ping, unless whoever configured it has seen to that.</summary>
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
