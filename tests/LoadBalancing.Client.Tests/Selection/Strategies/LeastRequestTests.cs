using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class LeastRequestTests
{
    [Fact]
    public void Of_two_endpoints_the_one_with_fewer_in_flight_is_always_picked()
    {
        using var cluster = new TestCluster(2, LeastRequest);
        cluster.Occupy(cluster.Endpoints[0], 2);
        cluster.Occupy(cluster.Endpoints[1], 1);

        Assert.Equal([0, 1000], cluster.Count(1000));
    }

    [Fact]
    public void Ties_are_random()
    {
        using var cluster = new TestCluster(5, LeastRequest, seed: 21);

        Assert.InRange(ChiSquare.Statistic(cluster.Count(50_000)), 0, ChiSquare.CriticalValue(5));
    }

    [Fact]
    public void The_fullest_of_ten_is_never_picked_and_the_emptiest_whenever_it_is_drawn()
    {
        using var cluster = new TestCluster(10, LeastRequest, seed: 22);
        for (int i = 0; i < 10; i++)
        {
            cluster.Occupy(cluster.Endpoints[i], i);
        }

        int[] counts = cluster.Count(90_000);

        // The i-th fullest of n wins against those fuller than it: (n - 1 - i) of the 45 pairs.
        Assert.Equal(0, counts[9]);
        Assert.InRange(ChiSquare.Statistic(counts[..9], [9, 8, 7, 6, 5, 4, 3, 2, 1]), 0, ChiSquare.CriticalValue(9));
    }

    [Theory]
    [InlineData(new double[] { 1, 1, 1 })]
    [InlineData(new double[] { 1, 1, 1, 1, 1, 1 })]
    [InlineData(new double[] { 1, 2, 3 })]
    [InlineData(new double[] { 1, 2, 3, 4, 5, 6 })]
    public void With_as_many_choices_as_endpoints_the_emptiest_of_all_is_picked(double[] weights)
    {
        using var cluster = new TestCluster(TestCluster.Weighted(weights), options =>
        {
            LeastRequest(options);
            options.LeastRequest.ChoiceCount = weights.Length;
        });
        for (int i = 1; i < weights.Length; i++)
        {
            cluster.Occupy(cluster.Endpoints[i], (int)(2 * weights[i]) + i);
        }

        Assert.Equal([500, .. new int[weights.Length - 1]], cluster.Count(500));
    }

    [Fact]
    public void A_later_choice_wins_if_with_one_more_it_is_no_fuller_for_its_weight()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(2, 1), LeastRequest);
        cluster.Occupy(cluster.Endpoints[0], 2);

        Assert.Equal([0, 500], cluster.Count(500));
    }

    [Fact]
    public void Beside_one_dominant_weight_the_second_choice_is_any_other_endpoint()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1e9, 1, 1), LeastRequest, seed: 28);
        cluster.Occupy(cluster.Endpoints[1], 5);
        UpstreamEndpoint[] tried = [cluster.Endpoints[0]];

        int[] counts = cluster.Count(20_000, _ => new PickContext { TriedEndpoints = tried });

        Assert.Equal(0, counts[0]);
        Assert.InRange(ChiSquare.Statistic(counts[1..]), 0, ChiSquare.CriticalValue(2));
    }

    [Theory]
    [InlineData(new double[] { 1, 2 })]
    [InlineData(new double[] { 1, 1, 3, 5 })]
    public void Without_load_the_shares_are_the_weights(double[] weights)
    {
        using var cluster = new TestCluster(TestCluster.Weighted(weights), LeastRequest, seed: 23);

        Assert.InRange(ChiSquare.Statistic(cluster.Count(100_000), weights), 0, ChiSquare.CriticalValue(weights.Length));
    }

    [Fact]
    public void Under_load_attempts_in_flight_approach_the_proportion_of_the_weights()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 2, 4, 1), LeastRequest, seed: 24);
        for (int i = 0; i < 800; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.Equal([100, 200, 400, 100], cluster.Endpoints.Select(static endpoint => (int)Math.Round(endpoint.InFlight / 10.0) * 10));
    }

    [Fact]
    public void With_bias_zero_only_the_weights_count()
    {
        using var cluster = new TestCluster(
            TestCluster.Weighted(1, 3),
            static options =>
            {
                LeastRequest(options);
                options.LeastRequest.ActiveRequestBias = 0;
            },
            seed: 25);
        cluster.Occupy(cluster.Endpoints[1], 50);

        Assert.InRange(ChiSquare.Statistic(cluster.Count(40_000), [1, 3]), 0, ChiSquare.CriticalValue(2));
    }

    [Fact]
    public void A_larger_bias_leaves_a_busy_endpoint_sooner()
    {
        // The heavy endpoint has one in flight, which for its weight of 3 is a third of the light one's first: irrelevant at the default bias.
        Assert.InRange(ShareOfHeavy(bias: 1), 0.70, 0.80);
        Assert.InRange(ShareOfHeavy(bias: 8, inFlight: 2), 0, 0.01);

        static double ShareOfHeavy(double bias, int inFlight = 1)
        {
            using var cluster = new TestCluster(
                TestCluster.Weighted(1, 3),
                options =>
                {
                    LeastRequest(options);
                    options.LeastRequest.ActiveRequestBias = bias;
                },
                seed: 26);
            cluster.Occupy(cluster.Endpoints[1], inFlight);
            return cluster.Count(10_000)[1] / 10_000.0;
        }
    }

    [Fact]
    public void When_no_choice_is_admitted_one_of_the_others_is_picked()
    {
        using var cluster = new TestCluster(6, LeastRequest, seed: 27);
        UpstreamEndpoint[] tried = [.. cluster.Endpoints.Take(4)];

        int[] counts = cluster.Count(20_000, _ => new PickContext { TriedEndpoints = tried });

        Assert.Equal([0, 0, 0, 0], counts[..4]);
        Assert.InRange(ChiSquare.Statistic(counts[4..]), 0, ChiSquare.CriticalValue(2));
    }

    private static void LeastRequest(LoadBalancingOptions options) => options.Strategy = LoadBalancingStrategies.LeastRequest;
}
