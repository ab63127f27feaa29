using Microsoft.AspNetCore.Http;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Kestrel servers on the loopback interface.</summary>
public sealed class LoopbackServerFleet : ServerFleet
{
    private readonly LoopbackServer[] _servers;
    private readonly TimeSpan[] _latencies;

    private LoopbackServerFleet(LoopbackServer[] servers, TimeSpan[] latencies)
    {
        _servers = servers;
        _latencies = latencies;
    }

    public override TimeProvider Clock => TimeProvider.System;

    public override IReadOnlyList<string> Addresses => [.. _servers.Select(static server => server.Address)];

    public override IReadOnlyList<long> Received => [.. _servers.Select(static server => (long)server.Requests.Count)];

    public static async Task<LoopbackServerFleet> StartAsync(int count)
    {
        var latencies = new TimeSpan[count];
        LoopbackServer[] servers = await Task.WhenAll(Enumerable.Range(0, count).Select(number => LoopbackServer.StartAsync(async context =>
        {
            if (latencies[number] > TimeSpan.Zero)
            {
                await Task.Delay(latencies[number], context.RequestAborted);
            }

            await context.Response.WriteAsync("ok");
        })));
        return new LoopbackServerFleet(servers, latencies);
    }

    public override void SetLatency(int server, TimeSpan latency) => _latencies[server] = latency;

    public override void Fail(int server) => _servers[server].RequestHandler = static context =>
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    };

    public override Task KillAsync(int server) => _servers[server].StopAsync();

    public override Task RestartAsync(int server) => _servers[server].StartAsync();

    public override async ValueTask DisposeAsync()
    {
        foreach (LoopbackServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
