using System.Collections;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class RoundRobinTests
{
    [Fact]
    public void Endpoints_are_picked_in_the_order_of_their_descriptions()
    {
        using var cluster = new TestCluster(endpoints: 4);

        int[] order = [.. Numbers(cluster, 12)];

        int first = order[0];
        Assert.Equal(Enumerable.Range(0, 12).Select(i => ((first - 1 + i) % 4) + 1), order);
    }

    [Fact]
    public void The_start_is_random_so_that_a_fleet_does_not_begin_with_the_same_endpoint()
    {
        int[] starts = new int[4];
        for (int seed = 0; seed < 4000; seed++)
        {
            using var cluster = new TestCluster(endpoints: 4, seed: seed);
            starts[Numbers(cluster, 1).First() - 1]++;
        }

        // 1,000 expected for each; six standard deviations are 164.
        Assert.All(starts, static count => Assert.InRange(count, 836, 1164));
    }

    [Fact]
    public void When_one_of_four_is_ejected_the_others_share_within_two_percent()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[1], 5);

        Dictionary<UpstreamEndpoint, int> picks = cluster.PickMany(3000);

        Assert.Equal(3, picks.Count);
        Assert.All(picks.Values, static count => Assert.InRange(count, 980, 1020));
    }

    [Fact]
    public void An_endpoint_skipped_before_the_next_snapshot_does_not_double_its_neighbour()
    {
        // The picker as it is between the ejecting report and the snapshot without the endpoint.
        using var cluster = new TestCluster(endpoints: 4);
        IEndpointPicker stale = cluster.Balancer.CurrentSet!.Picker!;
        cluster.Fail(cluster.Endpoints[1], 5);

        int[] counts = new int[4];
        for (int i = 0; i < 3000; i++)
        {
            counts[IndexOf(cluster, stale.Pick(default)!)]++;
        }

        Assert.Equal([1000, 0, 1000, 1000], counts);
    }

    [Fact]
    public void The_position_is_kept_when_the_set_changes()
    {
        using var cluster = new TestCluster(endpoints: 4);
        ulong before = ((RoundRobinPicker)cluster.Balancer.CurrentSet!.Picker!).Cursor.Advance();

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(9)]);

        Assert.Equal(before + 1, ((RoundRobinPicker)cluster.Balancer.CurrentSet!.Picker!).Cursor.Advance());
    }

    [Fact]
    public void Many_threads_share_exactly()
    {
        using var cluster = new TestCluster(endpoints: 4);
        int[] counts = new int[4];

        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 5000; i++)
            {
                using EndpointLease lease = cluster.Balancer.Pick();
                Interlocked.Increment(ref counts[IndexOf(cluster, lease.Endpoint)]);
            }
        });

        Assert.Equal([10_000, 10_000, 10_000, 10_000], counts);
    }

    [Fact]
    public void An_admitted_endpoint_is_found_while_other_threads_take_positions()
    {
        using var cluster = new TestCluster(endpoints: 4);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        var cursor = new RoundRobinCursor(3);
        var picker = new RoundRobinPicker(RoundRobinSchedule.Begin(cluster.Balancer.CurrentSet!.FirstLevel), cursor);

        // With every check another thread takes a position, so that all positions of this one lead to the two tried endpoints.
        var tried = new WatchedList([endpoints[0], endpoints[2]], () => cursor.Advance());

        Assert.Contains(picker.Pick(new PickContext { TriedEndpoints = tried }), new[] { endpoints[1], endpoints[3] });
    }

    [Fact]
    public void The_counter_may_wrap()
    {
        using var cluster = new TestCluster(endpoints: 3);
        var picker = new RoundRobinPicker(RoundRobinSchedule.Begin(cluster.Balancer.CurrentSet!.FirstLevel), new RoundRobinCursor(ulong.MaxValue - 3));

        for (int i = 0; i < 9; i++)
        {
            Assert.NotNull(picker.Pick(default));
        }
    }

    [Theory]
    [InlineData(new double[] { 1, 2 }, new[] { 1, 2 })]
    [InlineData(new double[] { 5, 1, 1 }, new[] { 5, 1, 1 })]
    [InlineData(new double[] { 20, 10, 30 }, new[] { 2, 1, 3 })]
    [InlineData(new double[] { 100, 100, 50 }, new[] { 2, 2, 1 })]
    [InlineData(new double[] { 0.5, 0.25 }, new[] { 43691, 21845 })]
    [InlineData(new double[] { 1_000_000, 1 }, new[] { 65536, 1 })]
    public void Turns_are_proportional_to_weights_and_at_least_one(double[] weights, int[] turns) =>
        Assert.Equal(turns, RoundRobinOrder.CountTurns(weights));

    [Fact]
    public void In_each_round_every_endpoint_has_the_positions_of_its_weight()
    {
        using TestCluster cluster = Weighted(5, 1, 1, 3);

        for (int round = 0; round < 5; round++)
        {
            Dictionary<UpstreamEndpoint, int> picks = cluster.PickMany(10);
            Assert.Equal([5, 1, 1, 3], cluster.Endpoints.Select(endpoint => picks[endpoint]));
        }
    }

    [Fact]
    public void Positions_are_spread_without_bursts()
    {
        // At any point an endpoint has had its share to within two positions, whatever the weights.
        using TestCluster cluster = Weighted(7, 1, 3, 2, 10);
        double total = cluster.Endpoints.Sum(static endpoint => endpoint.Weight);
        var counts = cluster.Endpoints.ToDictionary(static endpoint => endpoint, static _ => 0);

        for (int picks = 1; picks <= 460; picks++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            counts[lease.Endpoint]++;
            Assert.All(counts, count => Assert.InRange(count.Value - (picks * count.Key.Weight / total), -2, 2));
        }
    }

    [Fact]
    public void Unequal_weights_survive_an_ejection()
    {
        using TestCluster cluster = Weighted(4, 2, 1);
        cluster.Fail(cluster.Endpoints[0], 5);

        Dictionary<UpstreamEndpoint, int> picks = cluster.PickMany(300);

        Assert.Equal(200, picks[cluster.Endpoints[1]]);
        Assert.Equal(100, picks[cluster.Endpoints[2]]);
    }

    private static TestCluster Weighted(params double[] weights) =>
        new([.. weights.Select((weight, i) => new EndpointDescription($"http://10.0.0.{i + 1}:8080") { Weight = weight })]);

    private static IEnumerable<int> Numbers(TestCluster cluster, int picks)
    {
        for (int i = 0; i < picks; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            yield return IndexOf(cluster, lease.Endpoint) + 1;
        }
    }

    private static int IndexOf(TestCluster cluster, UpstreamEndpoint endpoint) => cluster.Endpoints.ToList().IndexOf(endpoint);

    /// <summary>Runs an action whenever its first entry is read.</summary>
    private sealed class WatchedList(UpstreamEndpoint[] endpoints, Action look) : IReadOnlyList<UpstreamEndpoint>
    {
        public int Count => endpoints.Length;

        public UpstreamEndpoint this[int index]
        {
            get
            {
                if (index == 0)
                {
                    look();
                }

                return endpoints[index];
            }
        }

        public IEnumerator<UpstreamEndpoint> GetEnumerator() => endpoints.AsEnumerable().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
