using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Localities;

/// <summary>The effect of localities: the order of levels, and the shares of localities.</summary>
public sealed class LocalityTests
{
    private const string Self = "eu-west/a/1";

    [Fact]
    public void Without_a_mode_localities_have_no_effect()
    {
        using TestCluster cluster = Cluster(static _ => { }, "eu-west/a", "us-east/b", null);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal((0, 1.0 / 3), (endpoint.PriorityLevel, endpoint.Share)));
    }

    [Fact]
    public void Failover_orders_by_the_common_parts_of_localities()
    {
        using TestCluster cluster = Cluster(
            static options => options.Locality.Mode = LocalityMode.Failover,
            "us-east/a/1", "eu-west/b/1", "eu-west/a/2", "eu-west/a/1", "eu-north/a/1", null);

        Assert.Equal([3, 2, 1, 0, 3, 3], Levels(cluster));
    }

    [Fact]
    public void Gaps_between_failover_levels_are_closed()
    {
        using TestCluster cluster = Cluster(static options => options.Locality.Mode = LocalityMode.Failover, "us-east/a/1", "eu-west/b/1");

        Assert.Equal([1, 0], Levels(cluster));
    }

    [Fact]
    public void A_failover_region_comes_before_other_regions()
    {
        using TestCluster cluster = Cluster(
            static options =>
            {
                options.Locality.Mode = LocalityMode.Failover;
                options.Locality.Failover.Add(new LocalityFailoverOptions { From = "eu-west", To = "eu-north" });
                options.Locality.Failover.Add(new LocalityFailoverOptions { From = "us-east", To = "us-west" });
            },
            "us-west/a", "eu-north/a", "eu-west/a/1");

        Assert.Equal([2, 1, 0], Levels(cluster));
    }

    [Fact]
    public void A_priority_takes_precedence_over_the_distance()
    {
        using var cluster = new TestCluster(
            [
                new EndpointDescription("http://10.0.0.1") { Locality = Self, Priority = 1 },
                new EndpointDescription("http://10.0.0.2") { Locality = "us-east" },
                new EndpointDescription("http://10.0.0.3") { Locality = Self },
            ],
            static options =>
            {
                options.Locality.Self = Self;
                options.Locality.Mode = LocalityMode.Failover;
            });

        Assert.Equal([2, 1, 0], Levels(cluster));
    }

    [Theory]
    [InlineData(false, new[] { 0, 1, 2, 2, 1 })]
    [InlineData(true, new[] { 1, 2, 3, 4, 0 })]
    public void Labels_decide_the_distance_and_localities_only_with_failover_regions(bool withRegions, int[] levels)
    {
        (string? Network, string? Version, string Locality)[] all =
            [("blue", "v2", "us-east/a"), ("blue", "v1", "us-east/a"), ("red", "v2", "eu-north/a"), (null, null, "us-east/a"), ("blue", "v2", Self)];
        if (!withRegions)
        {
            all[4].Version = null;
        }

        using var cluster = new TestCluster(
            [
                .. all.Select(static (one, i) =>
                {
                    EndpointDescription description = new($"http://10.0.0.{i + 1}") { Locality = one.Locality };
                    if (one.Network is not null)
                    {
                        description.Labels["network"] = one.Network;
                    }

                    if (one.Version is not null)
                    {
                        description.Labels["version"] = one.Version;
                    }

                    return description;
                }),
            ],
            options =>
            {
                options.Locality.Self = Self;
                options.Locality.Mode = LocalityMode.Failover;
                options.Locality.Labels["network"] = "blue";
                options.Locality.FailoverPriority = ["network", "version=v2"];
                if (withRegions)
                {
                    options.Locality.Failover.Add(new LocalityFailoverOptions { From = "eu-west", To = "eu-north" });
                }
            });

        Assert.Equal(levels, Levels(cluster));
    }

    [Fact]
    public void Topology_labels_default_to_the_parts_of_the_locality()
    {
        using TestCluster cluster = Cluster(
            static options =>
            {
                options.Locality.Mode = LocalityMode.Failover;
                options.Locality.FailoverPriority = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];
            },
            "eu-west/a/9", "eu-west/b/1", "us-east/a/1");

        Assert.Equal([0, 1, 2], Levels(cluster));
    }

    [Fact]
    public void Distribute_gives_each_locality_its_configured_share()
    {
        using TestCluster cluster = Cluster(
            static options =>
            {
                options.Locality.Mode = LocalityMode.Distribute;
                options.Locality.Distribute.Add(new LocalityDistributeOptions { From = "us-east/*", To = { ["us-east/*"] = 100 } });
                options.Locality.Distribute.Add(
                    new LocalityDistributeOptions { From = "eu-west/a/*", To = { ["eu-west/a/*"] = 70, ["eu-west/*"] = 20, ["eu-north"] = 10 } });
            },
            "eu-west/a/1", "eu-west/a/2", "eu-west/a/2", "eu-west/b", "eu-north/a", "us-east/a");

        Assert.Equal([0.7 / 3, 0.7 / 3, 0.7 / 3, 0.2, 0.1, 0], cluster.Endpoints.Select(static endpoint => Math.Round(endpoint.Share, 9)), new Near());
        Assert.Equal("its locality gets no requests", cluster.Endpoints[5].ShareReason);
        Assert.StartsWith(
            "level 0 gets 100 % with 5 of 5 endpoints available, of which eu-north/a gets 10 %",
            cluster.Endpoints[4].ShareReason,
            StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Endpoints[5], cluster.PickMany(1000).Keys);
    }

    [Fact]
    public void A_distribution_without_any_endpoint_is_ignored()
    {
        using TestCluster cluster = Cluster(
            static options =>
            {
                options.Locality.Mode = LocalityMode.Distribute;
                options.Locality.Distribute.Add(new LocalityDistributeOptions { To = { ["ue-west"] = 100 } });
            },
            "eu-west/a", "eu-north/a");

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0.5, endpoint.Share));
    }

    [Fact]
    public void A_locality_loses_share_only_when_its_endpoints_cannot_carry_it()
    {
        string[] localities = [.. Enumerable.Repeat("eu-west/a", 10), .. Enumerable.Repeat("eu-west/b", 10)];
        using TestCluster cluster = Cluster(static options => options.Locality.Mode = LocalityMode.Weighted, localities);

        double[] shares = new double[6];
        for (int ejected = 0; ejected < shares.Length; ejected++)
        {
            shares[ejected] = cluster.Endpoints.Take(10).Sum(static endpoint => endpoint.Share);
            cluster.Fail(cluster.Endpoints[ejected], 5);
            cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([0.5, 0.5, 0.5, 0.98 / 1.98, 0.84 / 1.84, 0.7 / 1.7], shares, new Near());
    }

    [Fact]
    public void Localities_are_picked_by_their_shares()
    {
        string[] localities = [.. Enumerable.Repeat("eu-west/a", 3), .. Enumerable.Repeat("eu-west/b", 5), .. Enumerable.Repeat("eu-north/a", 2)];
        using TestCluster cluster = Cluster(
            static options =>
            {
                options.Locality.Mode = LocalityMode.Weighted;
                options.Locality.Weights = new Dictionary<string, double> { ["eu-west/a"] = 5, ["eu-west/b"] = 3, ["eu-north"] = 2 };
                options.Strategy = LoadBalancingStrategies.Random;
            },
            localities);

        Dictionary<UpstreamEndpoint, int> counts = cluster.PickMany(100_000);
        double[] shares = [.. cluster.Endpoints.Select(static endpoint => endpoint.Share)];

        Assert.Equal(1, shares.Sum(), 9);
        Assert.InRange(ChiSquare.Statistic([.. cluster.Endpoints.Select(endpoint => counts[endpoint])], shares), 0, ChiSquare.CriticalValue(shares.Length));
    }

    [Fact]
    public void A_retry_goes_to_an_untried_locality()
    {
        string[] localities = [.. Enumerable.Repeat("eu-west/a", 3), .. Enumerable.Repeat("eu-west/b", 3), .. Enumerable.Repeat("eu-west/c", 3)];
        using TestCluster cluster = Cluster(static options => options.Locality.Mode = LocalityMode.Weighted, localities);

        for (int i = 0; i < 300; i++)
        {
            UpstreamEndpoint first = cluster.PickOne();
            UpstreamEndpoint second = cluster.PickOne(new PickContext { TriedEndpoints = [first] });
            UpstreamEndpoint third = cluster.PickOne(new PickContext { TriedEndpoints = [first, second] });
            UpstreamEndpoint fourth = cluster.PickOne(new PickContext { TriedEndpoints = [first, second, third] });

            Assert.Equal(3, new[] { first, second, third }.Select(static endpoint => endpoint.Locality).Distinct().Count());
            Assert.DoesNotContain(fourth, new[] { first, second, third });
        }
    }

    [Fact]
    public void Among_untried_localities_a_retry_goes_by_share()
    {
        string[] localities = ["eu-west/a", "eu-west/b", "eu-west/c", "eu-west/c"];
        using TestCluster cluster = Cluster(static options => options.Locality.Mode = LocalityMode.Weighted, localities);
        UpstreamEndpoint[] tried = [cluster.Endpoints[0]];

        int[] counts = cluster.Count(20_000, _ => new PickContext { TriedEndpoints = tried });

        Assert.Equal(0, counts[0]);
        Assert.InRange(ChiSquare.Statistic(counts[1..]), 0, ChiSquare.CriticalValue(3));
    }

    /// <summary>
    /// Endpoints in zones a, b, c; relative numbers of callers there; the share of zone a's callers that goes to each zone, by Envoy's arithmetic.
    /// </summary>
    public static TheoryData<int[], double[], double[]> ZoneTable() => new()
    {
        { [4, 4, 4], [1, 1, 1], [1, 0, 0] },
        { [6, 3, 3], [1, 1, 1], [1, 0, 0] },
        { [2, 5, 5], [1, 1, 1], [0.5, 0.25, 0.25] },
        { [2, 4, 6], [2, 1, 1], [0.3332, 0.6668 * 833 / 3333, 0.6668 * 2500 / 3333] },
        { [4, 4, 4], [1, 0, 0], [1 / 3.0, 1 / 3.0, 1 / 3.0] },
        { [1, 2, 2], [1, 1, 1], [0.2, 0.4, 0.4] },
    };

    [Theory]
    [MemberData(nameof(ZoneTable))]
    public void Zone_aware_routing_keeps_what_the_own_zone_can_take(int[] endpoints, double[] callers, double[] shares)
    {
        string[] localities = [.. endpoints.SelectMany(static (count, zone) => Enumerable.Repeat($"eu/{(char)('a' + zone)}", count))];
        using var cluster = new TestCluster([.. localities.Select(static (locality, i) => At(i, locality))], options =>
        {
            options.Locality.Self = "eu/a";
            options.Locality.Mode = LocalityMode.ZoneAware;
            options.Locality.ZoneAware.Callers = callers.Select(static (count, zone) => ($"eu/{(char)('a' + zone)}", count)).ToDictionary();
        });

        Assert.Equal(shares, SharesByZone(cluster), new Near());
    }

    /// <summary>Endpoints by zone; the share of the callers in zone b that goes to each zone. Callers are in a and b, as many in each.</summary>
    public static TheoryData<string[], double[]> WithoutOwnEndpoints() => new()
    {
        { ["eu/a", "eu/c"], [0, 1] },
        { ["eu/a", "eu/c", "eu/c", "eu/c"], [0, 1] },
        { ["eu/a", "eu/a", "eu/a", "eu/c"], [0.5, 0.5] },
        { ["eu/a", "eu/c", "eu/d"], [0, 0.5, 0.5] },
        { ["eu/a", "eu/a"], [1] },
    };

    [Theory]
    [MemberData(nameof(WithoutOwnEndpoints))]
    public void Without_an_endpoint_in_the_own_zone_requests_go_where_capacity_is_spare_as_if_all_there_were_ejected(string[] endpoints, double[] shares)
    {
        static void Configure(LoadBalancingOptions options)
        {
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Locality.Self = "eu/b";
            options.Locality.Mode = LocalityMode.ZoneAware;
            options.Locality.ZoneAware.MinClusterSize = 1;
            options.Locality.ZoneAware.Callers = new Dictionary<string, double> { ["eu/a"] = 1, ["eu/b"] = 1 };
        }

        using TestCluster none = Cluster(Configure, endpoints);
        using TestCluster ejected = Cluster(Configure, [.. endpoints, "eu/b"]);
        ejected.Fail(ejected.Endpoints[^1], 5);
        ejected.Run(TimeSpan.FromMilliseconds(1));

        double[] found = [.. SharesByZone(none)];
        Assert.Equal(shares, found, new Near());
        Assert.Equal([.. found, 0], SharesByZone(ejected), new Near());
    }

    [Fact]
    public void Zone_aware_routing_stays_in_the_own_zone_when_forced()
    {
        using TestCluster cluster = ZoneAware(static zoneAware => zoneAware.ForceLocalZoneMinSize = 2, "eu/a", "eu/a", "eu/b", "eu/b", "eu/b", "eu/b", "eu/b");

        Assert.Equal(1, cluster.Endpoints.Take(2).Sum(static endpoint => endpoint.Share), 9);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.InRange(cluster.Endpoints[1].Share, 0.1, 0.5);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 0.5)]
    public void Zone_aware_routing_starts_at_the_minimum_cluster_size(int minClusterSize, double inOwnZone)
    {
        using TestCluster cluster = ZoneAware(zoneAware => zoneAware.MinClusterSize = minClusterSize, "eu/a", "eu/a", "eu/b", "eu/b");

        Assert.Equal(inOwnZone, cluster.Endpoints.Take(2).Sum(static endpoint => endpoint.Share), 9);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 0.25)]
    public void With_callers_in_one_zone_only_that_zone_is_preferred_only_when_forced(int forceLocalZoneMinSize, double inOwnZone)
    {
        using TestCluster cluster = ZoneAware(
            zoneAware =>
            {
                zoneAware.Callers = new Dictionary<string, double> { ["eu/a"] = 10 };
                zoneAware.ForceLocalZoneMinSize = forceLocalZoneMinSize;
            },
            "eu/a", "eu/a", "eu/b", "eu/b", "eu/b", "eu/b", "eu/b", "eu/b");

        Assert.Equal(inOwnZone, cluster.Endpoints.Take(2).Sum(static endpoint => endpoint.Share), 9);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void Under_a_strategy_that_hashes_localities_are_applied_as_weights(string strategy)
    {
        string[] localities = [.. Enumerable.Repeat("eu-west/a", 8), .. Enumerable.Repeat("eu-west/b", 2)];
        using TestCluster cluster = Cluster(
            options =>
            {
                options.Strategy = strategy;
                options.ConsistentHash.MinRingSize = 65536;
                options.Locality.Mode = LocalityMode.Weighted;
                options.Locality.Weights = new Dictionary<string, double> { ["eu-west/a"] = 1, ["eu-west/b"] = 1 };
            },
            localities);

        int[] counts = cluster.Count(50_000, static i => new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15 });

        Assert.InRange(counts.Take(8).Sum(), 24_000, 26_000);
        Assert.Equal(0.25, cluster.Endpoints[9].Share, 9);
    }

    [Fact]
    public void Rules_with_equal_options_are_equal()
    {
        static LocalityOptions Make(double weight) => new()
        {
            Self = Self,
            Mode = LocalityMode.Distribute,
            Distribute = [new LocalityDistributeOptions { From = "*", To = new Dictionary<string, double> { ["a"] = weight, ["b"] = 1 } }],
        };

        Assert.Equal(LocalityRule.From(Make(1)), LocalityRule.From(Make(1)));
        Assert.Equal(LocalityRule.From(Make(1)).GetHashCode(), LocalityRule.From(Make(1)).GetHashCode());
        Assert.NotEqual(LocalityRule.From(Make(1)), LocalityRule.From(Make(2)));
    }

    private static EndpointDescription At(int i, string? locality) => new($"http://10.0.0.{i + 1}:80") { Locality = locality };

    /// <summary>As seen from zone a.</summary>
    private static TestCluster ZoneAware(Action<ZoneAwareOptions> configure, params string?[] localities) => Cluster(
        options =>
        {
            options.Locality.Self = "eu/a";
            options.Locality.Mode = LocalityMode.ZoneAware;
            configure(options.Locality.ZoneAware);
        },
        localities);

    private static TestCluster Cluster(Action<LoadBalancingOptions> configure, params string?[] localities) => new(
        [.. localities.Select(static (locality, i) => At(i, locality))],
        options =>
        {
            options.Locality.Self = Self;
            options.OutlierDetection.MaxEjectionPercent = 100;
            configure(options);
        });

    private static IEnumerable<double> SharesByZone(TestCluster cluster) =>
        cluster.Endpoints.GroupBy(static endpoint => endpoint.Locality).Select(static zone => zone.Sum(static endpoint => endpoint.Share));

    private static IEnumerable<int> Levels(TestCluster cluster) => cluster.Endpoints.Select(static endpoint => endpoint.PriorityLevel!.Value);

    /// <summary>Shares are truncated to ten-thousandths.</summary>
    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 0.0005;

        public int GetHashCode(double obj) => 0;
    }
}
