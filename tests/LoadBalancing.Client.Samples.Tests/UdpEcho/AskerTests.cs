using System.Net;
using System.Net.Sockets;
using System.Text;
using global::UdpEcho;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Samples.Tests.UdpEcho;

public sealed class AskerTests : IAsyncDisposable
{
    private readonly EchoServer[] _servers = [new("0"), new("1"), new("2")];
    private ServiceProvider? _provider;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private LoadBalancer Balancer => _provider!.GetRequiredKeyedService<LoadBalancer>("echo");

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_servers, static server => server.Dispose());
        await (_provider?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_question_that_one_server_refuses_is_answered_by_another_and_the_server_is_ejected()
    {
        Start(_servers.Select(static server => server.Address));
        await _servers[1].StopAsync();
        var asker = new Asker(Balancer, TimeSpan.FromSeconds(30));

        for (int i = 0; i < 20; i++)
        {
            string answer = Encoding.UTF8.GetString(await asker.AskAsync("hello"u8.ToArray(), Cancelled));
            Assert.EndsWith(": hello", answer, StringComparison.Ordinal);
        }

        Assert.Equal((EndpointHealth.Ejected, 5L), (Balancer.Endpoints[1].Health, Balancer.Endpoints[1].FailureCount));
        Assert.Equal(
            (20L, 0),
            (Balancer.Endpoints.Sum(static endpoint => endpoint.SuccessCount), Balancer.Endpoints.Sum(static endpoint => endpoint.InFlight)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_that_does_not_answer_in_time_has_failed_and_one_whose_caller_gives_up_has_not()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Start([$"udp://{silent.LocalEndPoint}"]);

        var hasty = new Asker(Balancer, TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hasty.AskAsync("hello"u8.ToArray(), Cancelled));
        Assert.Equal(3, Balancer.Endpoints[0].FailureCount);

        using var caller = new CancellationTokenSource();
        Task<byte[]> waiting = new Asker(Balancer, Timeout.InfiniteTimeSpan).AskAsync("hello"u8.ToArray(), caller.Token);
        Assert.Equal(1, Balancer.Endpoints[0].InFlight);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal((3L, 0), (Balancer.Endpoints[0].FailureCount, Balancer.Endpoints[0].InFlight));
    }

    private void Start(IEnumerable<string> addresses)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("echo", options => options.Endpoints = [.. addresses.Select(static address => new EndpointDescription(address))]);
        _provider = services.BuildServiceProvider();
    }
}
