using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class LeastConnectionsTests
{
    [Fact]
    public void The_least_busy_of_all_is_picked_until_it_has_caught_up()
    {
        using var cluster = new TestCluster(10, LeastConnections);
        for (int i = 0; i < 9; i++)
        {
            cluster.Occupy(cluster.Endpoints[i], 5);
        }

        for (int i = 0; i < 5; i++)
        {
            Assert.Same(cluster.Endpoints[9], cluster.Balancer.Pick().Endpoint);
        }
    }

    [Fact]
    public void Ties_are_drawn_by_weight()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 2, 3), LeastConnections, seed: 31);

        Assert.InRange(ChiSquare.Statistic(cluster.Count(60_000), [1, 2, 3]), 0, ChiSquare.CriticalValue(3));
    }

    [Fact]
    public void An_idle_endpoint_comes_before_a_busy_one_of_any_weight()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(100, 1), LeastConnections);
        cluster.Occupy(cluster.Endpoints[0], 1);

        Assert.Equal([0, 100], cluster.Count(100));
    }

    [Fact]
    public void Of_busy_endpoints_the_one_least_full_with_one_more_is_picked()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 4), LeastConnections);
        cluster.Occupy(cluster.Endpoints[0], 1);
        cluster.Occupy(cluster.Endpoints[1], 5);

        // 2 for a weight of 1, 6 for a weight of 4.
        Assert.Equal([0, 100], cluster.Count(100));
    }

    [Fact]
    public void Under_load_attempts_in_flight_are_proportional_to_the_weights()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 2, 4, 1), LeastConnections);
        for (int i = 0; i < 80; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.All(cluster.Endpoints, static endpoint => Assert.InRange(endpoint.InFlight - (10 * endpoint.Weight), -1, 1));
    }

    [Fact]
    public void A_tried_endpoint_is_skipped_even_when_idle()
    {
        using var cluster = new TestCluster(3, LeastConnections);
        cluster.Occupy(cluster.Endpoints[1], 3);
        cluster.Occupy(cluster.Endpoints[2], 2);
        UpstreamEndpoint[] tried = [cluster.Endpoints[0]];

        Assert.Equal([0, 0, 100], cluster.Count(100, _ => new PickContext { TriedEndpoints = tried }));
    }

    private static void LeastConnections(LoadBalancingOptions options) => options.Strategy = LoadBalancingStrategies.LeastConnections;
}
