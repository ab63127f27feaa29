using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>However skewed the keys, no endpoint has more attempts in flight than the bound allows.</summary>
public sealed class LoadBoundTests
{
    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash, 125)]
    [InlineData(LoadBalancingStrategies.Maglev, 125)]
    [InlineData(LoadBalancingStrategies.Rendezvous, 125)]
    [InlineData(LoadBalancingStrategies.Maglev, 100)]
    [InlineData(LoadBalancingStrategies.Maglev, 200)]
    public void Zipf_keys_never_fill_an_endpoint_beyond_its_bound(string strategy, int percent)
    {
        double[] weights = [.. Enumerable.Range(0, 50).Select(static i => 1.0 + (i % 3))];
        using var cluster = new TestCluster(TestCluster.Weighted(weights), options =>
        {
            options.Strategy = strategy;
            options.ConsistentHash.HashBalanceFactor = percent;
        });
        var zipf = new Zipf(exponent: 1.1, keys: 1000, RandomSource.Seeded(71));
        var running = new Queue<EndpointLease>();
        double total = weights.Sum();
        for (int i = 0; i < 20_000; i++)
        {
            int inFlight = running.Count;
            ulong key = zipf.Next();
            EndpointLease lease = cluster.Balancer.Pick(new PickContext { Hash = key });
            running.Enqueue(lease);
            double max = Math.Ceiling(((inFlight + 1) * percent / 100.0 * lease.Endpoint.Weight / total) - 1e-9);
            Assert.InRange(lease.Endpoint.InFlight, 1, max);
            if (running.Count > 1000)
            {
                running.Dequeue().End(AttemptOutcome.Success);
            }
        }
    }

    [Fact]
    public void Without_a_bound_skewed_keys_pile_up()
    {
        using var cluster = new TestCluster(50, static options => options.Strategy = LoadBalancingStrategies.Maglev);
        var zipf = new Zipf(exponent: 1.1, keys: 1000, RandomSource.Seeded(71));
        for (int i = 0; i < 1000; i++)
        {
            cluster.Balancer.Pick(new PickContext { Hash = zipf.Next() });
        }

        // Twenty is the even share.
        Assert.InRange(cluster.Endpoints.Max(static endpoint => endpoint.InFlight), 100, 1000);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void A_key_stays_with_its_owner_within_the_bound_and_returns_to_it(string strategy)
    {
        using var cluster = new TestCluster(4, options =>
        {
            options.Strategy = strategy;
            options.ConsistentHash.HashBalanceFactor = 200;
        });
        UpstreamEndpoint owner = cluster.PickOne(new PickContext { Hash = 42 });

        // Two of four are in flight here: ceil(5 x 2 / 4) = 3 are allowed. With a third it is full, as ceil(6 x 2 / 4) = 3, too.
        EndpointLease[] here = cluster.Occupy(owner, 2);
        cluster.Occupy(cluster.Endpoints.First(endpoint => endpoint != owner), 2);
        Assert.Same(owner, cluster.PickOne(new PickContext { Hash = 42 }));
        using (cluster.Lease(owner))
        {
            UpstreamEndpoint next = cluster.PickOne(new PickContext { Hash = 42 });
            Assert.NotSame(owner, next);
            Assert.Same(next, cluster.PickOne(new PickContext { Hash = 42 }));
        }

        Assert.Same(owner, cluster.PickOne(new PickContext { Hash = 42 }));
        here[0].End();
        Assert.Same(owner, cluster.PickOne(new PickContext { Hash = 42 }));
    }

    [Fact]
    public void A_full_endpoint_is_picked_when_all_others_were_tried()
    {
        using var cluster = new TestCluster(2, static options =>
        {
            options.Strategy = LoadBalancingStrategies.RingHash;
            options.ConsistentHash.HashBalanceFactor = 100;
        });
        cluster.Occupy(cluster.Endpoints[0], 10);

        Assert.Same(cluster.Endpoints[0], cluster.PickOne(new PickContext { Hash = 1, TriedEndpoints = [cluster.Endpoints[1]] }));
    }

    [Fact]
    public void A_restored_endpoint_may_take_one_attempt_until_it_has_a_share_again()
    {
        using var cluster = new TestCluster(2);
        UpstreamEndpoint[] owners = [.. cluster.Endpoints];
        var bound = new LoadBound(owners, new EndpointLevel([owners[0]], owners, inPanic: false), 1.25);
        cluster.Occupy(owners[0], 5);
        int? inFlight = null;

        Assert.True(bound.HasCapacity(owners[1], ref inFlight));
        cluster.Occupy(owners[1], 1);
        Assert.False(bound.HasCapacity(owners[1], ref inFlight));
    }

    [Fact]
    public void When_all_are_full_a_key_goes_to_the_nearest_admitted_owner()
    {
        using var bounded = new TestCluster(5, static options =>
        {
            options.Strategy = LoadBalancingStrategies.Rendezvous;
            options.ConsistentHash.HashBalanceFactor = 101;
        });
        using var free = new TestCluster(5, static options => options.Strategy = LoadBalancingStrategies.Rendezvous);
        foreach (UpstreamEndpoint endpoint in bounded.Endpoints.Skip(1))
        {
            bounded.Occupy(endpoint, 10);
        }

        // With the idle one tried, the others have more than their fifth of 41.
        Assert.Equal(
            free.Count(100, i => new PickContext { Hash = HashOf(i), TriedEndpoints = [free.Endpoints[0]] }),
            bounded.Count(100, i => new PickContext { Hash = HashOf(i), TriedEndpoints = [bounded.Endpoints[0]] }));

        static ulong HashOf(int key) => (ulong)key * 0x9E3779B97F4A7C15;
    }

    /// <summary>Keys of which the k-th is drawn with a frequency proportional to 1 / k^s.</summary>
    private sealed class Zipf
    {
        private readonly AliasTable _table;
        private readonly RandomSource _random;

        public Zipf(double exponent, int keys, RandomSource random)
        {
            _table = new AliasTable([.. Enumerable.Range(1, keys).Select(rank => Math.Pow(rank, -exponent))]);
            _random = random;
        }

        public ulong Next() => ((ulong)_table.Draw(_random.NextUInt64()) + 1) * 0x9E3779B97F4A7C15;
    }
}
