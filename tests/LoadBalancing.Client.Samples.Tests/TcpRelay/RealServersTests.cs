using System.Net.Sockets;
using System.Text;
using global::TcpRelay;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

/// <summary>The relay in front of real servers.</summary>
public sealed class RealServersTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Killing_one_redis_of_three_under_load_breaks_only_its_connections()
    {
        const int Clients = 30;
        const int CommandsEach = 50;
        using InstalledServer first = await InstalledServer.StartRedisAsync();
        using InstalledServer second = await InstalledServer.StartRedisAsync();
        using InstalledServer third = await InstalledServer.StartRedisAsync();
        await using var relay = new RunningRelay([first.Address, second.Address, third.Address], configure: static options =>
        {
            options.Strategy = LoadBalancingStrategies.LeastConnections;
            options.OutlierDetection.ConsecutiveErrors = 3;
        });
        RedisClient[] clients = await ConnectAsync(relay, Clients);
        Assert.Equal([10, 10, 10], clients.CountBy(static client => client.Server).Select(static server => server.Value));

        int isStopped = 0;
        Task<bool>[] counting = [.. clients.Select((client, i) => client.CountUntilAsync(() => Volatile.Read(ref isStopped) != 0, $"key-{i}"))];
        await Eventually.IsTrue(() => clients.All(static client => client.Done >= CommandsEach));
        await second.KillAsync();
        RedisClient[] others = [.. clients.Where(client => client.Server != second.Port)];
        int[] doneAtKill = [.. others.Select(static client => client.Done)];
        await Eventually.IsTrue(() => others.Zip(doneAtKill).All(static pair => pair.First.Done >= pair.Second + CommandsEach));
        Volatile.Write(ref isStopped, 1);
        bool[] intact = await Task.WhenAll(counting);

        Assert.Equal(clients.Select(client => client.Server != second.Port), intact);
        Assert.Equal(10, intact.Count(static each => !each));

        // New clients are served by the two remaining servers, the first three after a failed attempt at the killed one.
        RedisClient[] newClients = await ConnectAsync(relay, Clients);
        Assert.DoesNotContain(second.Port, newClients.Select(static client => client.Server));
        Assert.Equal(0, relay.TurnedAway);
        Assert.Equal(EndpointHealth.Ejected, relay.Balancer.Endpoints[1].Health);
        Array.ForEach([.. clients, .. newClients], static client => client.Dispose());
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_response_of_nginx_arrives_complete_with_its_end()
    {
        byte[] page = new byte[4 * 1024 * 1024];
        new Random(1).NextBytes(page);
        using InstalledServer nginx = await InstalledServer.StartNginxAsync(
            folder => File.WriteAllBytes(Path.Combine(folder, "page"), page),
            static port => $"server {{ listen 127.0.0.1:{port}; root .; }}");
        await using var relay = new RunningRelay([nginx.Address]);
        using TcpClient client = await relay.ConnectAsync();

        await client.GetStream().WriteAsync("GET /page HTTP/1.0\r\n\r\n"u8.ToArray(), Cancelled);
        using var response = new MemoryStream();
        await client.GetStream().CopyToAsync(response, Cancelled);
        client.Close();

        Assert.StartsWith("HTTP/1.1 200 OK", Encoding.ASCII.GetString(response.ToArray(), 0, 100), StringComparison.Ordinal);
        Assert.True(response.ToArray().AsSpan(^page.Length..).SequenceEqual(page));
        await Eventually.IsTrue(() => relay.Balancer.Endpoints[0].SuccessCount == 1);
        Assert.Equal((0, 0), (relay.Broken, relay.TurnedAway));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(ProxyProtocol.V1)]
    [InlineData(ProxyProtocol.V2)]
    public async Task Haproxy_logs_the_client_address_of_the_proxy_header(ProxyProtocol version)
    {
        using InstalledServer haproxy = await StartHaproxyAsync();
        await using var relay = new RunningRelay([haproxy.Address], new RelaySettings { Proxy = version });
        using TcpClient client = await relay.ConnectAsync(from: "127.0.0.77");
        string address = client.Client.LocalEndPoint!.ToString()!;

        string response = await GetAsync(client);

        Assert.StartsWith("127.0.0.77:", address, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n\r\nYou are {address}", response, StringComparison.Ordinal);
        await Eventually.IsTrue(() => haproxy.Lines.Contains($"served {address}"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Haproxy_rejects_connections_without_the_required_proxy_header()
    {
        using InstalledServer haproxy = await StartHaproxyAsync();
        await using var relay = new RunningRelay([haproxy.Address]);
        using TcpClient client = await relay.ConnectAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.Contains("You are", await GetAsync(client), StringComparison.Ordinal));

        const string Rejection = "does not look like a PROXY protocol header";
        await Eventually.IsTrue(() => haproxy.Lines.Any(static line => line.Contains(Rejection, StringComparison.Ordinal)));
        Assert.DoesNotContain(haproxy.Lines, static line => line.StartsWith("served", StringComparison.Ordinal));
    }

    private static Task<InstalledServer> StartHaproxyAsync() => InstalledServer.StartHaproxyAsync(static port => $"""
        bind 127.0.0.1:{port} accept-proxy
          log-format "served %ci:%cp"
          http-request return status 200 content-type text/plain lf-string "You are %ci:%cp"
        """);

    private static async Task<string> GetAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Cancelled);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancelled);
    }

    private static async Task<RedisClient[]> ConnectAsync(RunningRelay relay, int count)
    {
        var clients = new RedisClient[count];
        for (int i = 0; i < count; i++)
        {
            clients[i] = new RedisClient(await relay.ConnectAsync());
            await clients[i].FindServerAsync();
        }

        return clients;
    }
}
