using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace TcpRelay;

/// <summary>Runs a relay for the lifetime of the application.</summary>
public sealed class RelayService([FromKeyedServices("backends")] LoadBalancer backends, RelaySettings settings) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var relay = new Relay(backends, settings);
        Console.WriteLine($"Relaying {relay.Address} to {string.Join(", ", backends.Endpoints)}");
        await relay.RunAsync(stoppingToken);
    }
}
