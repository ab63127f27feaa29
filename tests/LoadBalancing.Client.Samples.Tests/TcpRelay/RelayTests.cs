using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

/// <summary>The behavior of the relay when a connection fails, and the outcomes that it reports.</summary>
public sealed class RelayTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Refusing_backend_is_avoided_and_ejected_after_five_failures()
    {
        using var dead = new ClosedPort();
        await using var echo = new RawServer(EchoAsync);
        await using var relay = new RunningRelay([Tcp(dead.Address), Tcp(echo.Address)]);

        for (int i = 0; i < 20; i++)
        {
            using TcpClient client = await relay.ConnectAsync();
            Assert.Equal("hello", await AskAsync(client, "hello"));
        }

        Assert.Equal((5L, EndpointHealth.Ejected), (relay.Balancer.Endpoints[0].FailureCount, relay.Balancer.Endpoints[0].Health));
        Assert.Equal((0, 0), (relay.Broken, relay.TurnedAway));
    }

    [Fact(Timeout = 60_000)]
    public async Task Client_is_rejected_after_one_attempt_at_each_backend()
    {
        using var dead = new ClosedPort();
        using var deadToo = new ClosedPort();
        await using var relay = new RunningRelay([Tcp(dead.Address), Tcp(deadToo.Address)]);

        // The reset may arrive while the client is still connecting.
        await AssertBrokenAsync(async () =>
        {
            using TcpClient client = await relay.ConnectAsync();
            await client.GetStream().ReadExactlyAsync(new byte[1], Cancelled);
        });

        Assert.Equal(1, relay.TurnedAway);
        Assert.Equal([1L, 1L], relay.Balancer.Endpoints.Select(static endpoint => endpoint.FailureCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Reset_by_the_backend_resets_the_client_and_is_reported_as_a_failure()
    {
        await using var server = new RawServer(static async connection =>
        {
            await connection.Stream.ReadExactlyAsync(new byte[5], connection.Stopped);
            connection.Reset();
        });
        await using var relay = new RunningRelay([Tcp(server.Address)]);
        using TcpClient client = await relay.ConnectAsync();
        await client.GetStream().WriteAsync("hello"u8.ToArray(), Cancelled);

        await AssertBrokenAsync(client);

        Assert.Equal((1, 1L, 0L), (relay.Broken, relay.Balancer.Endpoints[0].FailureCount, relay.Balancer.Endpoints[0].SuccessCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Reset_by_the_client_resets_the_backend_and_is_not_a_failure()
    {
        var noticed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(async connection =>
        {
            try
            {
                await EchoAsync(connection);
                noticed.SetResult(false);
            }
            catch (IOException)
            {
                noticed.SetResult(true);
            }
        });
        await using var relay = new RunningRelay([Tcp(server.Address)]);
        using TcpClient client = await relay.ConnectAsync();
        Assert.Equal("hello", await AskAsync(client, "hello"));

        client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Client.Close();

        Assert.True(await noticed.Task);
        await Eventually.IsTrue(() => relay.Balancer.Endpoints[0].InFlight == 0);
        Assert.Equal((0, 0L, 1L), (relay.Broken, relay.Balancer.Endpoints[0].FailureCount, relay.Balancer.Endpoints[0].SuccessCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Half_closed_client_gets_the_complete_response()
    {
        byte[] sent = new byte[3 * 1024 * 1024];
        new Random(1).NextBytes(sent);
        await using var server = new RawServer(static async connection =>
        {
            // The server responds only after the end of the request.
            using var received = new MemoryStream();
            await connection.Stream.CopyToAsync(received, connection.Stopped);
            await connection.Stream.WriteAsync(received.ToArray(), connection.Stopped);
        });
        await using var relay = new RunningRelay([Tcp(server.Address)]);
        using TcpClient client = await relay.ConnectAsync();
        NetworkStream stream = client.GetStream();

        await stream.WriteAsync(sent, Cancelled);
        client.Client.Shutdown(SocketShutdown.Send);
        using var response = new MemoryStream();
        await stream.CopyToAsync(response, Cancelled);

        Assert.True(response.ToArray().AsSpan().SequenceEqual(sent));
        Assert.Equal((0, 0), (relay.Broken, relay.TurnedAway));
    }

    [Fact(Timeout = 60_000)]
    public async Task Connection_is_in_flight_until_both_sides_have_finished()
    {
        await using var echo = new RawServer(EchoAsync);
        await using var relay = new RunningRelay([Tcp(echo.Address)]);
        using TcpClient client = await relay.ConnectAsync();
        NetworkStream stream = client.GetStream();
        await AskAsync(client, "hello");
        Assert.Equal(1, relay.Balancer.Endpoints[0].InFlight);

        client.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancelled));
        await Eventually.IsTrue(() => relay.Balancer.Endpoints[0].InFlight == 0);
    }

    [Fact(Timeout = 60_000)]
    public async Task Stopping_the_relay_resets_connections_without_failures()
    {
        await using var echo = new RawServer(EchoAsync);
        await using var relay = new RunningRelay([Tcp(echo.Address)]);
        using TcpClient client = await relay.ConnectAsync();
        await AskAsync(client, "hello");

        await relay.StopAsync();

        await AssertBrokenAsync(client);
        Assert.Equal((0, 0L), (relay.Balancer.Endpoints[0].InFlight, relay.Balancer.Endpoints[0].FailureCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Backend_may_listen_on_a_unix_socket()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        await using var relay = new RunningRelay([$"unix://{path}"]);
        using TcpClient client = await relay.ConnectAsync();
        using Socket backend = await listener.AcceptAsync(Cancelled);
        await backend.SendAsync("hello"u8.ToArray(), Cancelled);

        byte[] greeting = new byte[5];
        await client.GetStream().ReadExactlyAsync(greeting, Cancelled);

        Assert.Equal("hello"u8.ToArray(), greeting);
        File.Delete(path);
    }

    [Fact(Timeout = 60_000)]
    public async Task Client_keeps_its_backend_with_a_hash_strategy()
    {
        await using var first = new RawServer(static connection => connection.WriteAsync("1"));
        await using var second = new RawServer(static connection => connection.WriteAsync("2"));
        await using var relay = new RunningRelay(
            [Tcp(first.Address), Tcp(second.Address)],
            configure: static options => options.Strategy = LoadBalancingStrategies.Maglev);

        var backends = new Dictionary<string, HashSet<string>>();
        foreach (string from in Enumerable.Range(1, 20).SelectMany(static i => Enumerable.Repeat($"127.0.1.{i}", 3)))
        {
            using TcpClient client = await relay.ConnectAsync(from);
            using var reader = new StreamReader(client.GetStream());
            backends.TryAdd(from, []);
            backends[from].Add(await reader.ReadToEndAsync(Cancelled));
        }

        Assert.All(backends.Values, static servers => Assert.Single(servers));
        Assert.Equal(2, backends.Values.Select(static servers => servers.Single()).Distinct().Count());
    }

    private static string Tcp(string address) => address.Replace("http", "tcp", StringComparison.Ordinal);

    private static async Task EchoAsync(RawConnection connection)
    {
        byte[] buffer = new byte[1024];
        int read;
        while ((read = await connection.Stream.ReadAsync(buffer, connection.Stopped)) > 0)
        {
            await connection.Stream.WriteAsync(buffer.AsMemory(0, read), connection.Stopped);
        }
    }

    private static async Task<string> AskAsync(TcpClient client, string text)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        await client.GetStream().WriteAsync(bytes, Cancelled);
        await client.GetStream().ReadExactlyAsync(bytes, Cancelled);
        return System.Text.Encoding.ASCII.GetString(bytes);
    }

    private static Task AssertBrokenAsync(TcpClient client) => AssertBrokenAsync(() => client.GetStream().ReadExactlyAsync(new byte[1], Cancelled).AsTask());

    private static async Task AssertBrokenAsync(Func<Task> read)
    {
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(read);
        Assert.Equal(SocketError.ConnectionReset, ((exception as SocketException) ?? (exception.InnerException as SocketException))?.SocketErrorCode);
    }
}
