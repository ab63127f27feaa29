using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>Which keys move when an endpoint is removed, added, ejected or restored. The ideal: only the keys that must.</summary>
public sealed class KeyMovementTests
{
    private const int Keys = 25_000;

    /// <summary>
    /// Tolerated unnecessary moves, in percent of all keys, when one of this number of endpoints is removed or added. Measured: Rendezvous 0, Maglev up to 0.8,
    /// a ring of 1,024 entries 7.3 with ten endpoints.
    /// </summary>
    public static TheoryData<string, int, double> Tolerated() => new()
    {
        { LoadBalancingStrategies.Rendezvous, 10, 0 },
        { LoadBalancingStrategies.Rendezvous, 100, 0 },
        { LoadBalancingStrategies.Rendezvous, 1000, 0 },
        { LoadBalancingStrategies.Maglev, 10, 1 },
        { LoadBalancingStrategies.Maglev, 100, 1 },
        { LoadBalancingStrategies.Maglev, 1000, 1.5 },
        { LoadBalancingStrategies.RingHash, 10, 9 },
        { LoadBalancingStrategies.RingHash, 100, 0.1 },
        { LoadBalancingStrategies.RingHash, 1000, 0.1 },
    };

    [Theory]
    [MemberData(nameof(Tolerated))]
    public void Removing_and_adding_an_endpoint_moves_few_other_keys(string strategy, int endpoints, double toleratedPercent)
    {
        using var cluster = new TestCluster(endpoints, options => options.Strategy = strategy);
        EndpointDescription[] all = [.. Enumerable.Range(1, endpoints).Select(TestCluster.Address)];
        UpstreamEndpoint removed = cluster.Endpoints[endpoints / 3];
        UpstreamEndpoint[] before = Owners(cluster);
        int owned = before.Count(owner => owner == removed);

        cluster.Update([.. all.Where(description => description.Address != removed.Address.AbsoluteUri.TrimEnd('/'))]);
        UpstreamEndpoint[] without = Owners(cluster);
        cluster.Update(all);
        UpstreamEndpoint[] after = Owners(cluster);

        int moved = Moved(before, without);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{strategy}, one of {endpoints}: ideal {100.0 / endpoints:0.00} %, owned {100.0 * owned / Keys:0.00} %, moved {100.0 * moved / Keys:0.00} %");
        Assert.InRange(100.0 * (moved - owned) / Keys, 0, toleratedPercent);
        Assert.Equal(before.Select(static owner => owner.Address), after.Select(static owner => owner.Address));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void An_ejection_moves_only_the_keys_of_the_endpoint_and_they_return(string strategy)
    {
        using var cluster = new TestCluster(10, options => options.Strategy = strategy);
        UpstreamEndpoint out1 = cluster.Endpoints[3];
        UpstreamEndpoint[] before = Owners(cluster);

        cluster.Fail(out1, 5);
        UpstreamEndpoint[] without = Owners(cluster);
        cluster.RunTo(TimeSpan.FromMinutes(10));
        UpstreamEndpoint[] after = Owners(cluster);

        Assert.Equal(EndpointHealth.Available, out1.Health);
        Assert.DoesNotContain(out1, without);
        Assert.All(before.Zip(without), pair => Assert.True(pair.First == out1 || pair.First == pair.Second));
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void The_keys_of_an_ejected_endpoint_are_spread_over_all_others(string strategy)
    {
        using var cluster = new TestCluster(10, options => options.Strategy = strategy);
        UpstreamEndpoint[] before = Owners(cluster);

        cluster.Fail(cluster.Endpoints[3], 5);

        UpstreamEndpoint[] newOwners = [.. before.Zip(Owners(cluster)).Where(pair => pair.First == cluster.Endpoints[3]).Select(static pair => pair.Second)];
        Assert.Equal(9, newOwners.Distinct().Count());
        Assert.All(newOwners.CountBy(static newOwner => newOwner), keys => Assert.InRange(keys.Value, newOwners.Length * 0.03, newOwners.Length * 0.25));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    public void With_Rebuild_the_owners_are_those_of_a_set_without_the_ejected_endpoint(string strategy)
    {
        void Rebuild(LoadBalancingOptions options)
        {
            options.Strategy = strategy;
            options.ConsistentHash.OnUnavailableOwner = UnavailableOwnerBehavior.Rebuild;
        }

        using var cluster = new TestCluster(10, Rebuild);
        using var smaller = new TestCluster([.. Enumerable.Range(1, 10).Where(static i => i != 4).Select(TestCluster.Address)], Rebuild);

        cluster.Fail(cluster.Endpoints[3], 5);

        Assert.Equal(Owners(smaller).Select(static owner => owner.Address), Owners(cluster).Select(static owner => owner.Address));
    }

    [Fact]
    public void A_table_survives_ejections_and_updates_without_changes()
    {
        using var cluster = new TestCluster(10, static options => options.Strategy = LoadBalancingStrategies.Maglev);
        ConsistentHashTable table = ((ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!).Table;

        cluster.Fail(cluster.Endpoints[3], 5);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        cluster.Update([.. Enumerable.Range(1, 10).Reverse().Select(TestCluster.Address)]);

        Assert.Same(table, ((ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!).Table);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void The_order_of_the_endpoints_does_not_matter(string strategy)
    {
        EndpointDescription[] endpoints = TestCluster.Weighted(1, 2, 3, 4, 5, 0.5, 7, 1.25);
        using var cluster = new TestCluster(endpoints, options => options.Strategy = strategy);
        using var reversed = new TestCluster([.. endpoints.Reverse()], options => options.Strategy = strategy);

        Assert.Equal(Owners(cluster).Select(static owner => owner.Address), Owners(reversed).Select(static owner => owner.Address));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void Retries_of_a_key_always_follow_the_same_order(string strategy)
    {
        using var cluster = new TestCluster(5, options => options.Strategy = strategy);
        for (ulong key = 1; key <= 100; key++)
        {
            UpstreamEndpoint[] order = Order();
            Assert.Equal(5, order.Distinct().Count());
            Assert.Equal(order, Order());

            UpstreamEndpoint[] Order()
            {
                var tried = new List<UpstreamEndpoint>();
                for (int attempt = 0; attempt < 5; attempt++)
                {
                    tried.Add(cluster.PickOne(new PickContext { Hash = key * 0x9E3779B97F4A7C15, TriedEndpoints = [.. tried] }));
                }

                return [.. tried];
            }
        }
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.Rendezvous, new double[] { 1, 1, 1, 1, 1 })]
    [InlineData(LoadBalancingStrategies.Rendezvous, new double[] { 1, 2, 3, 0.5 })]
    public void Keys_are_shared_by_weight(string strategy, double[] weights)
    {
        using var cluster = new TestCluster(TestCluster.Weighted(weights), options => options.Strategy = strategy);
        RandomSource random = RandomSource.Seeded(61);

        Assert.InRange(
            ChiSquare.Statistic(cluster.Count(Keys, _ => new PickContext { Hash = random.NextUInt64() }), weights),
            0,
            ChiSquare.CriticalValue(weights.Length));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void Without_a_hash_any_endpoint_is_picked(string strategy)
    {
        using var cluster = new TestCluster(5, options => options.Strategy = strategy, seed: 62);

        Assert.All(cluster.Count(10_000), static count => Assert.InRange(count, 1500, 2500));
    }

    [Fact]
    public void Endpoints_without_a_table_entry_serve_when_all_others_are_unavailable()
    {
        using var cluster = new TestCluster(5, static options =>
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.ConsistentHash.TableSize = 2;
        });
        UpstreamEndpoint[] inTable = [.. Owners(cluster).Distinct()];
        Assert.Equal(2, inTable.Length);

        Assert.DoesNotContain(cluster.PickOne(new PickContext { Hash = 1, TriedEndpoints = inTable }), inTable);
    }

    private static UpstreamEndpoint[] Owners(TestCluster cluster)
    {
        // Multiples of an odd number visit the whole range evenly.
        IEndpointPicker picker = cluster.Balancer.CurrentSet!.Picker!;
        return [.. Enumerable.Range(0, Keys).Select(i => picker.Pick(new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15 })!)];
    }

    private static int Moved(UpstreamEndpoint[] before, UpstreamEndpoint[] after) =>
        before.Zip(after).Count(static pair => pair.First.Address != pair.Second.Address);
}
