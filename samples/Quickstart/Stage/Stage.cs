using LoadBalancing.Client;

namespace Quickstart;

/// <summary>The objects that acts use: the servers and the load-balanced client.</summary>
internal sealed record Stage(
    DemoServers Servers,
    LoadBalancer Balancer,
    Traffic Traffic,
    LiveSettings Settings,
    Dice Dice,
    MetricCounters Counters)
{
    /// <summary>The endpoint of a server.</summary>
    public UpstreamEndpoint EndpointOf(DemoServer server) => Balancer.Endpoints.Single(endpoint => endpoint.Address == new Uri(server.Address));

    public Tally StartTally() => new(this);
}
