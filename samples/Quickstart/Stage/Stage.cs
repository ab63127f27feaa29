using LoadBalancing.Client;

namespace Quickstart;

/// <summary>What the acts play with: the servers on one side, the balanced client on the other.</summary>
internal sealed record Stage(
    DemoServers Servers,
    LoadBalancer Balancer,
    Traffic Traffic,
    LiveSettings Settings,
    Dice Dice,
    MetricCounters Counters)
{
    /// <summary>What the client knows of a server.</summary>
    public UpstreamEndpoint EndpointOf(DemoServer server) => Balancer.Endpoints.Single(endpoint => endpoint.Address == new Uri(server.Address));

    public Tally StartTally() => new(this);
}
