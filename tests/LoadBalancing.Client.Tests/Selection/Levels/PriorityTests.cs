using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Levels;

/// <summary>Endpoints of several priorities: which level gets how much, by formula and by picks, and who takes over.</summary>
public sealed class PriorityTests
{
    private const int Picks = 100_000;

    /// <summary>How many of 100 endpoints of each level are in service, the threshold of panic, and the percentages that Envoy's code gives.</summary>
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
    public void Levels_get_what_envoys_code_gives_them(int[] inService, double panicThreshold, int[] percents)
    {
        using TestCluster cluster = WithInService(inService, panicThreshold);

        Assert.Equal(percents, cluster.Balancer.CurrentSet!.Levels.Select(static level => (int)Math.Round(level.Share * 100)));
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_hundred_thousand_picks_fall_accordingly(int[] inService, double panicThreshold, int[] percents)
    {
        if (inService.Sum() == 0 && panicThreshold == 0)
        {
            return;
        }

        using TestCluster cluster = WithInService(inService, panicThreshold);
        int[] counts = new int[percents.Length];
        for (int i = 0; i < Picks; i++)
        {
            counts[cluster.PickOne().Priority]++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join('/', inService)}: {string.Join('/', counts.Select(static count => count * 100.0 / Picks))}");

        // Five standard deviations of a half and half draw.
        Assert.All(percents.Zip(counts), static pair => Assert.InRange(pair.Second, (pair.First / 100.0 * Picks) - 800, (pair.First / 100.0 * Picks) + 800));
        Assert.All(percents.Zip(counts).Where(static pair => pair.First == 0), static pair => Assert.Equal(0, pair.Second));
    }

    [Fact]
    public void A_key_goes_to_the_level_that_envoy_takes_it_to()
    {
        using TestCluster cluster = WithInService([50, 60], 50, LoadBalancingStrategies.Maglev);

        for (ulong key = 0; key < 300; key++)
        {
            // Envoy: the first level at which the running sum of percents reaches hash mod 100 + 1.
            Assert.Equal((key % 100) + 1 <= 70 ? 0 : 1, cluster.PickOne(new PickContext { Hash = key }).Priority);
        }
    }

    [Fact]
    public void Two_levels_that_can_carry_everything_together_are_not_in_panic()
    {
        using TestCluster cluster = WithInService([10, 100], 50);

        Assert.False(cluster.Balancer.CurrentSet!.InPanic);
        Assert.All(cluster.PickMany(1000).Keys, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public void A_level_is_in_panic_by_itself_when_together_they_cannot()
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
    public void Where_panic_refuses_the_part_of_the_level_in_panic_is_refused()
    {
        using TestCluster cluster = WithInService([60, 5], 50, configure: static options => options.Panic.Traffic = PanicTraffic.Fail);
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            using EndpointLease? lease = cluster.Balancer.TryPick(default);
            refused += lease is null ? 1 : 0;
        }

        // 84 and 7 of 91: 92 % and 7 %, and the one that is left over goes to the first.
        Assert.InRange(refused, 550, 850);
        Assert.True(cluster.Balancer.CurrentSet!.CanPick);
    }

    [Fact]
    public void Numbers_without_endpoints_are_passed_over()
    {
        using var cluster = new TestCluster([At(1, 3), At(2, 3), At(3, 90)]);

        Assert.Equal([0, 0, 1], cluster.Endpoints.Select(static endpoint => endpoint.PriorityLevel));
        Assert.DoesNotContain(cluster.Endpoints[2], cluster.PickMany(100).Keys);
    }

    [Fact]
    public void A_retry_goes_to_the_next_level_when_everybody_of_the_first_was_tried()
    {
        using var cluster = new TestCluster([At(1, 0), At(2, 0), At(3, 1)]);
        UpstreamEndpoint[] first = [cluster.Endpoints[0], cluster.Endpoints[1]];

        Assert.Same(cluster.Endpoints[2], cluster.PickOne(new PickContext { TriedEndpoints = first }));
        Assert.Contains(cluster.PickOne(new PickContext { TriedEndpoints = [.. first, cluster.Endpoints[2]] }), cluster.Endpoints);
    }

    [Fact]
    public void A_snapshot_that_ejections_have_overtaken_yields_the_next_level()
    {
        using var cluster = new TestCluster([At(1, 0), At(2, 1)], static options => options.OutlierDetection.MaxEjectionPercent = 100);
        EndpointSet stale = cluster.Balancer.CurrentSet!;
        cluster.Fail(cluster.Endpoints[0], 5);

        Assert.Same(cluster.Endpoints[1], stale.Pick(default));
    }

    [Fact]
    public void Each_level_carries_on_its_own_rotation()
    {
        using TestCluster cluster = WithInService([50, 60], 50, LoadBalancingStrategies.RoundRobin);
        ulong[] before = Next();
        cluster.Update([.. Enumerable.Range(0, 200).Select(static i => At(i + 1, i / 100)), At(201, 1)]);

        Assert.Equal(before.Select(static ticket => ticket + 1), Next());

        ulong[] Next() => [.. cluster.Balancer.CurrentSet!.Levels.Select(static level => ((RoundRobinPicker)level.Picker!).Cursor.Advance())];
    }

    [Fact]
    public void Endpoints_tell_their_level_their_share_and_why()
    {
        using TestCluster cluster = WithInService([50, 60], 50);
        UpstreamEndpoint first = cluster.Endpoints.First(static endpoint => endpoint is { Priority: 0, Health: EndpointHealth.Available });
        UpstreamEndpoint second = cluster.Endpoints.First(static endpoint => endpoint is { Priority: 1, Health: EndpointHealth.Available });
        UpstreamEndpoint isOut = cluster.Ejected[0];

        Assert.Equal((0, 0.70 / 50), (first.PriorityLevel, first.Share));
        Assert.Equal("level 0 gets 70 % with 50 of 100 endpoints in service", first.ShareReason);
        Assert.Equal((1, 0.30 / 60), (second.PriorityLevel, second.Share));
        Assert.Equal((0, "it is out of service"), (isOut.Share, isOut.ShareReason));
        Assert.Equal(1, cluster.Endpoints.Sum(static endpoint => endpoint.Share), 9);
    }

    [Fact]
    public void One_priority_is_one_level_without_anything_between()
    {
        using var cluster = new TestCluster(4);

        Assert.True(cluster.Balancer.CurrentSet!.CanPickDirectly);
        Assert.IsType<RoundRobinPicker>(cluster.Balancer.CurrentSet.Picker);
    }

    [Fact]
    public void What_cannot_be_a_priority_or_a_locality_is_refused_with_the_place()
    {
        string[] faults = [.. EndpointUpdateValidator.FindErrors([new EndpointDescription("http://a") { Priority = -1, Locality = "eu//zone" }, new EndpointDescription("http://b") { Priority = 128, Locality = "eu/*" }], "Endpoints", duplicatesAllowed: false)];

        Assert.Equal(
            [
                "Endpoints:0:Priority: -1 is not allowed; it is 0 to 127, 0 being used first.",
                "Endpoints:0:Locality: 'eu//zone' is no locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'.",
                "Endpoints:1:Priority: 128 is not allowed; it is 0 to 127, 0 being used first.",
                "Endpoints:1:Locality: 'eu/*' is no locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'.",
            ],
            faults);
    }

    private static EndpointDescription At(int number, int priority) => new(TestCluster.Address(number).Address) { Priority = priority };

    /// <summary>Levels of 100 endpoints each, of which so many are in service.</summary>
    private static TestCluster WithInService(int[] inService, double panicThreshold, string strategy = LoadBalancingStrategies.Random, Action<LoadBalancingOptions>? configure = null)
    {
        var cluster = new TestCluster([.. inService.SelectMany(static (_, level) => Enumerable.Range(1, 100).Select(i => At((100 * level) + i, level)))], options =>
        {
            options.Strategy = strategy;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.ThresholdPercent = panicThreshold;
            configure?.Invoke(options);
        });
        for (int i = 0; i < cluster.Endpoints.Count; i++)
        {
            if (i % 100 >= inService[i / 100])
            {
                cluster.Fail(cluster.Endpoints[i], 5);
            }
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        return cluster;
    }
}
