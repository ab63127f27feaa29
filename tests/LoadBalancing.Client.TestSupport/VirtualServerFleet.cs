using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.TestSupport;

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
