using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Levels;

/// <summary>Endpoints of several priorities: the share of each level, by formula and by picks, and failover between levels.</summary>
public sealed class PriorityTests
{
    private const int Picks = 100_000;

    /// <summary>The number of available endpoints of 100 in each level, the panic threshold, and the percentages that Envoy computes.</summary>
    public static TheoryData<int[], double, int[]> Table() => new()
    {
        { [100, 100], 50, [100, 0] },
        { [72, 72], 50, [100, 0] },
        { [71, 72], 50, [99, 1] },
        { [50, 60], 50, [70, 30] },
        { [50, 100], 50, [70, 30] },
        { [25, 100], 50, [35, 65] },
        { [0, 100], 50, [0, 100] },
        { [25, 25], 0, [50, 50] },
        { [25, 20], 0, [56, 44] },
        { [25, 25, 20], 0, [37, 35, 28] },
        { [25, 25, 100], 50, [35, 35, 30] },
        { [0, 57, 10], 50, [0, 85, 15] },
        { [25, 25], 50, [50, 50] },
        { [25, 20], 50, [50, 50] },
        { [0, 0], 50, [50, 50] },
        { [0, 0], 0, [100, 0] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Levels_have_the_shares_that_Envoy_computes(int[] available, double panicThreshold, int[] percents)
    {
        using TestCluster cluster = WithInService(available, panicThreshold);

        Assert.Equal(percents, cluster.Balancer.CurrentSet!.Levels.Select(static level => (int)Math.Round(level.Share * 100)));
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_hundred_thousand_picks_match_the_shares(int[] available, double panicThreshold, int[] percents)
    {
        if (available.Sum() == 0 && panicThreshold == 0)
        {
            return;
        }

        using TestCluster cluster = WithInService(available, panicThreshold);
        int[] counts = new int[percents.Length];
        for (int i = 0; i < Picks; i++)
        {
            counts[cluster.PickOne().Priority]++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{string.Join('/', available)}: {string.Join('/', counts.Select(static count => count * 100.0 / Picks))}");

        // Five standard deviations of a fifty-fifty draw.
        Assert.All(percents.Zip(counts), static pair => Assert.InRange(pair.Second, (pair.First / 100.0 * Picks) - 800, (pair.First / 100.0 * Picks) + 800));
        Assert.All(percents.Zip(counts).Where(static pair => pair.First == 0), static pair => Assert.Equal(0, pair.Second));
    }

    [Fact]
    public void A_key_goes_to_the_same_level_as_in_Envoy()
    {
        using TestCluster cluster = WithInService([50, 60], 50, LoadBalancingStrategies.Maglev);

        for (ulong key = 0; key < 300; key++)
        {
            // Envoy: the first level at which the running sum of percents reaches hash mod 100 + 1.
            Assert.Equal((key % 100) + 1 <= 70 ? 0 : 1, cluster.PickOne(new PickContext { Hash = key }).Priority);
        }
    }

    [Fact]
    public void Two_levels_that_together_carry_everything_are_not_in_panic()
    {
        using TestCluster cluster = WithInService([10, 100], 50);

        Assert.False(cluster.Balancer.CurrentSet!.InPanic);
        Assert.All(cluster.PickMany(1000).Keys, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public void A_level_is_in_panic_when_all_together_cannot_carry_everything()
    {
        using TestCluster cluster = WithInService([60, 5], 50);
        SnapshotLevel[] levels = cluster.Balancer.CurrentSet!.Levels;

        Assert.Equal([false, true], levels.Select(static level => level.Level.InPanic));
        Assert.Equal([60, 100], levels.Select(static level => level.Level.Endpoints.Count));
        for (int i = 0; i < 1000; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            Assert.Equal(lease.Endpoint.Priority == 1, lease.InPanic);
        }
    }

    [Fact]
    public void The_share_of_a_level_in_panic_is_rejected_where_panic_rejects()
    {
        using TestCluster cluster = WithInService([60, 5], 50, configure: static options => options.Panic.Traffic = PanicTraffic.Fail);
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            using EndpointLease? lease = cluster.Balancer.TryPick(default);
            refused += lease is null ? 1 : 0;
        }

        // 84 and 7 of 91: 92 % and 7 %; the remaining one goes to the first.
        Assert.InRange(refused, 550, 850);
        Assert.True(cluster.Balancer.CurrentSet!.CanPick);
    }

    [Fact]
    public void Priorities_without_endpoints_are_skipped()
    {
        using var cluster = new TestCluster([At(1, 3), At(2, 3), At(3, 90)]);

        Assert.Equal([0, 0, 1], cluster.Endpoints.Select(static endpoint => endpoint.PriorityLevel));
        Assert.DoesNotContain(cluster.Endpoints[2], cluster.PickMany(100).Keys);
    }

    [Fact]
    public void A_retry_goes_to_the_next_level_when_all_of_the_first_were_tried()
    {
        using var cluster = new TestCluster([At(1, 0), At(2, 0), At(3, 1)]);
        UpstreamEndpoint[] first = [cluster.Endpoints[0], cluster.Endpoints[1]];

        Assert.Same(cluster.Endpoints[2], cluster.PickOne(new PickContext { TriedEndpoints = first }));
        Assert.Contains(cluster.PickOne(new PickContext { TriedEndpoints = [.. first, cluster.Endpoints[2]] }), cluster.Endpoints);
    }

    [Fact]
    public void Ejections_after_the_snapshot_yield_the_next_level()
    {
        using var cluster = new TestCluster([At(1, 0), At(2, 1)], static options => options.OutlierDetection.MaxEjectionPercent = 100);
        EndpointSet stale = cluster.Balancer.CurrentSet!;
        cluster.Fail(cluster.Endpoints[0], 5);

        Assert.Same(cluster.Endpoints[1], stale.Pick(default));
    }

    [Fact]
    public void Each_level_keeps_its_own_round_robin_position()
    {
        using TestCluster cluster = WithInService([50, 60], 50, LoadBalancingStrategies.RoundRobin);
        ulong[] before = Next();
        cluster.Update([.. Enumerable.Range(0, 200).Select(static i => At(i + 1, i / 100)), At(201, 1)]);

        Assert.Equal(before.Select(static ticket => ticket + 1), Next());

        ulong[] Next() => [.. cluster.Balancer.CurrentSet!.Levels.Select(static level => ((RoundRobinPicker)level.Picker!).Cursor.Advance())];
    }

    [Fact]
    public void Endpoints_report_their_level_share_and_its_reason()
    {
        using TestCluster cluster = WithInService([50, 60], 50);
        UpstreamEndpoint first = cluster.Endpoints.First(static endpoint => endpoint is { Priority: 0, Health: EndpointHealth.Available });
        UpstreamEndpoint second = cluster.Endpoints.First(static endpoint => endpoint is { Priority: 1, Health: EndpointHealth.Available });
        UpstreamEndpoint unavailable = cluster.Ejected[0];

        Assert.Equal((0, 0.70 / 50), (first.PriorityLevel, first.Share));
        Assert.Equal("level 0 gets 70 % with 50 of 100 endpoints available", first.ShareReason);
        Assert.Equal((1, 0.30 / 60), (second.PriorityLevel, second.Share));
        Assert.Equal((0, "it is unavailable"), (unavailable.Share, unavailable.ShareReason));
        Assert.Equal(1, cluster.Endpoints.Sum(static endpoint => endpoint.Share), 9);
    }

    [Fact]
    public void One_priority_is_one_level_without_a_levels_picker()
    {
        using var cluster = new TestCluster(4);

        Assert.True(cluster.Balancer.CurrentSet!.CanPickDirectly);
        Assert.IsType<RoundRobinPicker>(cluster.Balancer.CurrentSet.Picker);
    }

    [Fact]
    public void Invalid_priorities_and_localities_are_reported_with_their_path()
    {
        string[] errors =
        [
            .. EndpointUpdateValidator.FindErrors(
                [
                    new EndpointDescription("http://a") { Priority = -1, Locality = "eu//zone" },
                    new EndpointDescription("http://b") { Priority = 128, Locality = "eu/*" },
                ],
                "Endpoints",
                duplicatesAllowed: false),
        ];

        Assert.Equal(
            [
                "Endpoints:0:Priority: -1 is not allowed; a priority is 0 to 127, and 0 is used first.",
                "Endpoints:0:Locality: 'eu//zone' is not a locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'.",
                "Endpoints:1:Priority: 128 is not allowed; a priority is 0 to 127, and 0 is used first.",
                "Endpoints:1:Locality: 'eu/*' is not a locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'.",
            ],
            errors);
    }

    private static EndpointDescription At(int number, int priority) => new(TestCluster.Address(number).Address) { Priority = priority };

    /// <summary>Levels of 100 endpoints each, with this number of available ones.</summary>
    private static TestCluster WithInService(
        int[] available,
        double panicThreshold,
        string strategy = LoadBalancingStrategies.Random,
        Action<LoadBalancingOptions>? configure = null)
    {
        EndpointDescription[] endpoints = [.. available.SelectMany(static (_, level) => Enumerable.Range(1, 100).Select(i => At((100 * level) + i, level)))];
        var cluster = new TestCluster(endpoints, options =>
        {
            options.Strategy = strategy;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.ThresholdPercent = panicThreshold;
            configure?.Invoke(options);
        });
        for (int i = 0; i < cluster.Endpoints.Count; i++)
        {
            if (i % 100 >= available[i / 100])
            {
                cluster.Fail(cluster.Endpoints[i], 5);
            }
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        return cluster;
    }
}
