using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class RandomTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Equal_endpoints_are_drawn_equally_often(int endpoints)
    {
        using var cluster = new TestCluster(endpoints, Random, seed: 7);

        int[] counts = cluster.Count(1000 * endpoints);

        // Seed 7, 1,000 draws for each endpoint; rejected at a significance of one in a thousand.
        Assert.InRange(ChiSquare.Statistic(counts), 0, ChiSquare.CriticalValue(endpoints));
    }

    [Theory]
    [InlineData(new double[] { 1, 2 })]
    [InlineData(new double[] { 5, 1, 1, 3, 0.5 })]
    [InlineData(new double[] { 100, 1, 1, 1 })]
    [InlineData(new double[] { 0.001, 0.002, 0.003 })]
    public void Unequal_endpoints_are_drawn_in_proportion_to_their_weights(double[] weights)
    {
        using var cluster = new TestCluster(TestCluster.Weighted(weights), Random, seed: 8);

        Assert.InRange(ChiSquare.Statistic(cluster.Count(100_000), weights), 0, ChiSquare.CriticalValue(weights.Length));
    }

    [Fact]
    public void Skipped_endpoints_leave_the_others_in_proportion_to_their_weights()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(4, 1, 2, 3), Random, seed: 9);
        UpstreamEndpoint[] excluded = [cluster.Endpoints[0]];

        int[] counts = cluster.Count(60_000, _ => new PickContext { TriedEndpoints = excluded });

        Assert.Equal(0, counts[0]);
        Assert.InRange(ChiSquare.Statistic(counts[1..], [1, 2, 3]), 0, ChiSquare.CriticalValue(3));
    }

    [Fact]
    public void An_alias_table_has_exactly_the_shares_of_its_weights()
    {
        double[] weights = [7, 1, 3, 2, 10, 0.25];
        var table = new AliasTable(weights);
        int[] counts = new int[weights.Length];
        const int Steps = 2_325_000;

        // Equidistant numbers instead of random ones: this counts the table itself.
        for (ulong i = 0; i < Steps; i++)
        {
            counts[table.Draw((ulong.MaxValue / Steps * i) + (ulong.MaxValue / Steps / 2))]++;
        }

        Assert.All(weights.Zip(counts), pair => Assert.InRange(pair.Second - (Steps * pair.First / weights.Sum()), -weights.Length, weights.Length));
    }

    [Fact]
    public void A_very_small_weight_is_still_drawn()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1_000, 1), Random, seed: 10);

        // 1,000 of a million expected, standard deviation 32.
        Assert.InRange(cluster.Count(1_001_000)[1], 810, 1190);
    }

    private static void Random(LoadBalancingOptions options) => options.Strategy = LoadBalancingStrategies.Random;
}
