using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>The detection of silently dead connections, against real sockets.</summary>
public sealed class KeepAliveTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 1, 30)]
    [InlineData(7, 1, 7)]
    [InlineData(-1, 0, null)]
    public async Task The_operating_system_probes_the_connections_of_the_connector(int? seconds, int on, int? time)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        var options = new KeepAliveOptions();
        options.TcpTime = seconds is null ? options.TcpTime : seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds.Value);

        await using Stream stream = await new Connector(KeepAliveSettings.From(options)).ConnectAsync(new DnsEndPoint("127.0.0.1", server.Port), Cancelled);

        Socket socket = ((NetworkStream)stream).Socket;
        Assert.Equal(on, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        if (time is not null)
        {
            Assert.Equal(time, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
            Assert.Equal(10, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
            Assert.Equal(3, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
        }
    }

    [Fact]
    public async Task The_default_primary_handler_uses_the_connector_and_sends_no_pings()
    {
        SocketsHttpHandler? primary = null;
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [server.Address],
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((handler, _) => primary = (SocketsHttpHandler)handler));

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/"), cancellationToken: Cancelled);

        Assert.True(Connector.IsConnectorCallback(primary!.ConnectCallback));
        Assert.Equal(Timeout.InfiniteTimeSpan, primary.KeepAlivePingDelay);
    }

    [Fact]
    public async Task With_a_delay_connections_with_requests_in_flight_are_pinged()
    {
        SocketsHttpHandler? primary = null;
        await using var client = new BalancedClient(
            options: static options =>
            {
                options.ConnectionPool.KeepAlive.Http2PingDelay = TimeSpan.FromSeconds(5);
                options.ConnectionPool.KeepAlive.Http2PingTimeout = TimeSpan.FromSeconds(3);
            },
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((handler, _) => primary = (SocketsHttpHandler)handler));

        Assert.NotNull(client.Http);

        Assert.Equal((5, 3), (primary!.KeepAlivePingDelay.TotalSeconds, primary.KeepAlivePingTimeout.TotalSeconds));
        Assert.Equal(HttpKeepAlivePingPolicy.WithActiveRequests, primary.KeepAlivePingPolicy);
    }

    [Fact]
    public async Task A_custom_ConnectCallback_is_kept_and_logged_once()
    {
        int connected = 0;
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [server.Address],
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((
                handler,
                _) => ((SocketsHttpHandler)handler).ConnectCallback = async (context, token) =>
            {
                connected++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            }));

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/"), cancellationToken: Cancelled);

        Assert.Equal(1, connected);
        Assert.Single(client.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.OwnConnectCallback);
    }

    [Fact]
    public async Task A_silently_dead_http2_connection_is_detected_by_ping_without_any_timeout()
    {
        await using var server = new RawServer(Http2Frames.StopRespondingAsync);
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [server.Address];
            options.Timeout = Timeout.InfiniteTimeSpan;
            options.Retry.MaxRetries = 0;
            options.Retry.PerTryTimeout = Timeout.InfiniteTimeSpan;
            options.ConnectionPool.KeepAlive.Http2PingDelay = TimeSpan.FromSeconds(1);
            options.ConnectionPool.KeepAlive.Http2PingTimeout = TimeSpan.FromSeconds(1);
        });
        client.Http.Timeout = Timeout.InfiniteTimeSpan;

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(
            new HttpRequestMessage(
                HttpMethod.Get,
                "http://catalog/")
            { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
            cancellationToken: Cancelled));

        // It counts as a failure of the endpoint.
        Assert.Equal(1, client.Failed);
    }
}
