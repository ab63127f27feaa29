using System.Net;
using System.Net.Sockets;
using System.Text;
using global::UdpEcho;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Samples.Tests.UdpEcho;

public sealed class UdpRelayTests : IAsyncDisposable
{
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EchoServer[] _servers = [new("0"), new("1"), new("2"), new("3")];
    private readonly List<UdpClient> _clients = [];
    private ServiceProvider? _provider;
    private UdpRelay? _relay;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private UdpRelay Relay => _relay!;

    private IReadOnlyList<UpstreamEndpoint> Endpoints => _provider!.GetRequiredKeyedService<LoadBalancer>("echo").Endpoints;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _clients.ForEach(static client => client.Dispose());
        _relay?.Dispose();
        Array.ForEach(_servers, static server => server.Dispose());
        await (_provider?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stop.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Stopping_one_server_of_four_moves_its_flows_without_losing_replies()
    {
        Start();
        UdpClient[] clients = Connect(40);
        string[] first = await AskAllAsync(clients);
        Assert.Equal([10, 10, 10, 10], first.CountBy(static name => name).OrderBy(static name => name.Key).Select(static name => name.Value));

        await _servers[2].StopAsync();
        string[] second = await AskAllAsync(clients);

        // A flow of the stopped server moves when it detects the failure, or when failures of others have ejected the server; the rest keep their servers.
        Assert.Equal(first.Select(static name => name != "2"), first.Zip(second).Select(static pair => pair.First == pair.Second));
        Assert.DoesNotContain("2", second);
        Assert.Equal((EndpointHealth.Ejected, 0), (Endpoints[2].Health, Endpoints[2].InFlight));
        Assert.Equal(5, Endpoints[2].FailureCount);
        Assert.Equal(10, _servers[2].Received);
        Assert.DoesNotContain("2", await AskAllAsync(Connect(20)));
        Assert.Equal(60, Relay.OpenFlows);
    }

    [Fact(Timeout = 60_000)]
    public async Task Flow_holds_one_lease_until_it_is_idle()
    {
        Start();
        UdpClient[] clients = Connect(2);
        await AskAllAsync(clients);
        await AskAllAsync(clients);
        Assert.Equal((2, 2), (Relay.OpenFlows, Endpoints.Sum(static endpoint => endpoint.InFlight)));

        _time.Advance(IdleAfter / 2);
        await AskAllAsync(clients[..1]);
        _time.Advance(IdleAfter / 2);

        await Eventually.IsTrue(() => Relay.OpenFlows == 1);
        Assert.Equal((1, 1L), (Endpoints.Sum(static endpoint => endpoint.InFlight), Endpoints.Sum(static endpoint => endpoint.SuccessCount)));
        await AskAllAsync(clients);
        Assert.Equal(2, Relay.OpenFlows);
    }

    [Fact(Timeout = 60_000)]
    public async Task Silent_server_fails_at_the_end_of_its_flow()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Start($"udp://{silent.LocalEndPoint}");
        await Connect(1)[0].SendAsync("hello"u8.ToArray(), Cancelled);
        Assert.Equal(5, await silent.ReceiveAsync(new byte[100], Cancelled));

        _time.Advance(IdleAfter);

        await Eventually.IsTrue(() => Relay.OpenFlows == 0);
        Assert.Equal((0, 1L), (Endpoints[0].InFlight, Endpoints[0].FailureCount));
    }

    [Fact(Timeout = 60_000)]
    public async Task Datagram_tries_each_server_once_if_all_have_failed()
    {
        await Task.WhenAll(_servers.Select(static server => server.StopAsync()));
        Start();
        UdpClient client = Connect(1)[0];

        await client.SendAsync("hello"u8.ToArray(), Cancelled);
        await Eventually.IsTrue(() => Endpoints.Sum(static endpoint => endpoint.FailureCount) == 4 && Relay.OpenFlows == 0);
        Assert.Equal([1L, 1L, 1L, 1L], Endpoints.Select(static endpoint => endpoint.FailureCount));

        await client.SendAsync("hello"u8.ToArray(), Cancelled);
        await Eventually.IsTrue(() => Endpoints.Sum(static endpoint => endpoint.FailureCount) == 8 && Relay.OpenFlows == 0);
    }

    private void Start(params string[] addresses)
    {
        var services = new ServiceCollection();
        IEnumerable<string> endpoints = addresses.Length == 0 ? _servers.Select(static server => server.Address) : addresses;
        services.AddLoadBalancer("echo", options => options.Endpoints = [.. endpoints.Select(static address => new EndpointDescription(address))]);
        _provider = services.BuildServiceProvider();
        _relay = new UdpRelay(_provider.GetRequiredKeyedService<LoadBalancer>("echo"), IdleAfter, _time);
        _running = _relay.RunAsync(_stop.Token);
    }

    private UdpClient[] Connect(int count)
    {
        UdpClient[] clients = [.. Enumerable.Range(0, count).Select(_ => new UdpClient(AddressFamily.InterNetwork))];
        Array.ForEach(clients, client => client.Connect(Relay.Address));
        _clients.AddRange(clients);
        return clients;
    }

    private static async Task<string[]> AskAllAsync(UdpClient[] clients)
    {
        var names = new string[clients.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            await clients[i].SendAsync(Encoding.UTF8.GetBytes($"hello {i}"), Cancelled);
            string reply = Encoding.UTF8.GetString((await clients[i].ReceiveAsync(Cancelled)).Buffer);
            Assert.EndsWith($": hello {i}", reply, StringComparison.Ordinal);
            names[i] = reply.Split(':')[0];
        }

        return names;
    }
}
