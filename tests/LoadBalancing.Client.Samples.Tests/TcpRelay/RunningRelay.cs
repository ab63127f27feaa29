using System.Net.Sockets;
using global::TcpRelay;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Samples.Tests.TcpRelay;

/// <summary>A relay in front of backends, for one test.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _provider;
    private readonly Relay _relay;
    private readonly Task _running;

    public RunningRelay(IEnumerable<string> backends, RelaySettings? settings = null, Action<LoadBalancingOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("backends", options =>
        {
            options.Endpoints = [.. backends.Select(static address => new EndpointDescription(address))];
            configure?.Invoke(options);
        });
        _provider = services.BuildServiceProvider();
        Balancer = _provider.GetRequiredKeyedService<LoadBalancer>("backends");
        _relay = new Relay(Balancer, settings ?? new RelaySettings());
        _running = _relay.RunAsync(_stop.Token);
    }

    public LoadBalancer Balancer { get; }

    public int Port => _relay.Address.Port;

    public int Broken => _relay.Broken;

    public int TurnedAway => _relay.TurnedAway;

    public async Task<TcpClient> ConnectAsync(string? from = null)
    {
        var client = from is null ? new TcpClient(AddressFamily.InterNetwork) : new TcpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(from), 0));
        await client.ConnectAsync(_relay.Address, TestContext.Current.CancellationToken);
        return client;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _relay.Dispose();
        await _provider.DisposeAsync();
        _stop.Dispose();
    }
}
