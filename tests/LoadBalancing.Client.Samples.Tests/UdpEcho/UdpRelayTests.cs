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
    public async Task When_one_server_of_four_is_stopped_its_flows_move_and_every_datagram_is_answered()
    {
        Start();
        UdpClient[] clients = Connect(40);
        string[] first = await AskAllAsync(clients);
        Assert.Equal([10, 10, 10, 10], first.CountBy(static name => name).OrderBy(static name => name.Key).Select(static name => name.Value));

        await _servers[2].StopAsync();
        string[] second = await AskAllAsync(clients);

        // Each flow of the stopped server moves when it notices, or when the others' failures have taken the server out; the rest stay where they are.
        Assert.Equal(first.Select(static name => name != "2"), first.Zip(second).Select(static pair => pair.First == pair.Second));
        Assert.DoesNotContain("2", second);
        Assert.Equal((EndpointHealth.Ejected, 0), (Endpoints[2].Health, Endpoints[2].InFlight));
        Assert.Equal(5, Endpoints[2].FailureCount);
        Assert.Equal(10, _servers[2].Received);
        Assert.DoesNotContain("2", await AskAllAsync(Connect(20)));
        Assert.Equal(60, Relay.OpenFlows);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_flow_holds_one_lease_however_many_datagrams_and_ends_when_it_has_been_idle()
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
    public async Task A_server_that_never_answers_has_failed_when_its_flow_ends()
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
    public async Task When_nobody_is_left_each_server_was_tried_once_and_the_next_datagram_begins_anew()
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
        services.AddLoadBalancer("echo", options =>
            options.Endpoints = [.. (addresses.Length == 0 ? _servers.Select(static server => server.Address) : addresses).Select(static address => new EndpointDescription(address))]);
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
            string answer = Encoding.UTF8.GetString((await clients[i].ReceiveAsync(Cancelled)).Buffer);
            Assert.EndsWith($": hello {i}", answer, StringComparison.Ordinal);
            names[i] = answer.Split(':')[0];
        }

        return names;
    }
}
