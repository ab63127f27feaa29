using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Ten servers or so, virtual or real, that can be made to fail in the same ways, so that the one kind can be held against the other.</summary>
public abstract class ServerFleet : IAsyncDisposable
{
    public const string ServiceName = "trial";

    public abstract TimeProvider Clock { get; }

    public abstract IReadOnlyList<string> Addresses { get; }

    /// <summary>Requests that arrived, by server; refused connections are not among them.</summary>
    public abstract IReadOnlyList<long> Received { get; }

    /// <summary>How long a server takes.</summary>
    public abstract void SetLatency(int server, TimeSpan latency);

    /// <summary>Lets a server answer 503 to everything.</summary>
    public abstract void Fail(int server);

    public abstract Task KillAsync(int server);

    public abstract Task RestartAsync(int server);

    /// <summary>A client of all servers, with the same randomness for either kind.</summary>
    public ServiceProvider CreateClient(Action<LoadBalancingOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(RandomSource.Seeded(1));
        IHttpLoadBalancingBuilder builder = services.AddLoadBalancedHttpClient(ServiceName, options =>
        {
            options.Endpoints = [.. Addresses];
            configure?.Invoke(options);
        });
        Configure(builder);
        return services.BuildServiceProvider();
    }

    public abstract ValueTask DisposeAsync();

    protected virtual void Configure(IHttpLoadBalancingBuilder builder)
    {
    }
}

/// <summary>Servers of a virtual cluster.</summary>
public sealed class VirtualServerFleet : ServerFleet
{
    private readonly VirtualCluster _cluster;

    public VirtualServerFleet(TimeProvider clock, int count, TimeSpan latency)
    {
        Clock = clock;
        _cluster = new VirtualCluster(clock);
        _cluster.AddMany(count, endpoint => (endpoint.Latency, endpoint.Reply) = (VirtualLatency.Fixed(latency), static _ => VirtualReply.Ok.WithBody("ok")));
    }

    public override TimeProvider Clock { get; }

    public override IReadOnlyList<string> Addresses => [.. _cluster.Endpoints.Select(static endpoint => endpoint.Address.AbsoluteUri)];

    public override IReadOnlyList<long> Received => [.. _cluster.Endpoints.Select(static endpoint => endpoint.Counts.Received)];

    public override void SetLatency(int server, TimeSpan latency) => _cluster.Endpoints[server].Latency = VirtualLatency.Fixed(latency);

    public override void Fail(int server) => _cluster.Endpoints[server].Fail(HttpStatusCode.ServiceUnavailable);

    public override Task KillAsync(int server)
    {
        _cluster.Endpoints[server].Kill();
        return Task.CompletedTask;
    }

    public override Task RestartAsync(int server)
    {
        _cluster.Endpoints[server].Restart();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => default;

    protected override void Configure(IHttpLoadBalancingBuilder builder) => builder.UseVirtualCluster(_cluster);
}

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
