using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>Endpoints that have yet to pass their first health check (<c>StartUnhealthy</c>) count in no sum: shares, levels, panic, subsets.</summary>
public sealed class AwaitingFirstCheckTests
{
    private const string Near = "eu/a";
    private const string Far = "eu/b";

    /// <summary>The number of newcomers in the zone whose share is 0.8, and how the shares are set.</summary>
    public static MatrixTheoryData<int, string, string> Newcomers() => new(
        [0, 2, 6, 18],
        ["weights", "distribute", "endpoint weights"],
        [LoadBalancingStrategies.RoundRobin, LoadBalancingStrategies.Maglev, LoadBalancingStrategies.RingHash, LoadBalancingStrategies.Rendezvous]);

    [Theory]
    [MemberData(nameof(Newcomers))]
    public void Newcomers_leave_the_share_of_their_locality_at_four_fifths(int newcomers, string shares, string strategy)
    {
        using TestCluster cluster = Start([At(1, Near, 4), At(2, Near, 4), At(3, Far), At(4, Far)], options =>
        {
            options.Strategy = strategy;
            options.ConsistentHash.MinRingSize = 65536;
            Share(options.Locality, shares);
        });

        Join(cluster, [.. Enumerable.Range(5, newcomers).Select(static i => At(i, Near, 4))]);
        int[] counts = cluster.Count(20_000, static i => new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15 });

        Assert.Equal(0.8, cluster.Endpoints.Where(static endpoint => endpoint.Locality == Near).Sum(static endpoint => endpoint.Share), 9);
        Assert.InRange(counts[0] + counts[1], 15_600, 16_400);
        Assert.Equal(20_000, counts.Take(4).Sum());
    }

    [Fact]
    public void A_newcomer_says_why_it_has_no_share()
    {
        using TestCluster cluster = Start([At(1), At(2)]);
        Join(cluster, At(3));

        Assert.Equal((0, 0, "it awaits its first health check"), Describe(cluster.Endpoints[2]));
        Assert.Equal((0, 0.5, "level 0 gets 100 % with 2 of 2 endpoints available"), Describe(cluster.Endpoints[0]));

        static (int?, double, string?) Describe(UpstreamEndpoint endpoint) => (endpoint.PriorityLevel, endpoint.Share, endpoint.ShareReason);
    }

    [Fact]
    public void Newcomers_leave_zone_aware_shares_as_they_are()
    {
        using TestCluster cluster = Start(
            [At(1, Near), At(2, Near), At(3, Far), At(4, Far), At(5, Far), At(6, Far)],
            static options =>
            {
                options.Locality.Self = Near;
                options.Locality.Mode = LocalityMode.ZoneAware;
            });
        double[] before = [.. cluster.Endpoints.Select(static endpoint => endpoint.Share)];

        Join(cluster, At(7, Near), At(8, "eu/c"), At(9, Far));

        Assert.Equal([.. before, 0, 0, 0], cluster.Endpoints.Select(static endpoint => endpoint.Share));
    }

    [Fact]
    public void A_priority_of_newcomers_alone_is_no_level()
    {
        using TestCluster cluster = Start([At(1, priority: 1), At(2, priority: 1)]);

        Join(cluster, At(3, priority: 0));

        Assert.Equal([0, 0, 0], cluster.Endpoints.Select(static endpoint => endpoint.PriorityLevel));
        Assert.Equal([0.5, 0.5, 0], cluster.Endpoints.Select(static endpoint => endpoint.Share));
    }

    [Fact]
    public void Newcomers_take_no_place_in_a_subset()
    {
        using TestCluster cluster = Start([.. Enumerable.Range(1, 6).Select(static i => At(i))], static options =>
        {
            options.Subsetting.Size = 3;
            options.Subsetting.ClientId = "client";
        });
        UpstreamEndpoint[] before = Used(cluster);

        Join(cluster, [.. Enumerable.Range(7, 40).Select(static i => At(i))]);

        Assert.Equal(3, before.Length);
        Assert.Equal(before, Used(cluster));

        static UpstreamEndpoint[] Used(TestCluster cluster) => [.. cluster.Endpoints.Where(static endpoint => endpoint.Share > 0)];
    }

    [Fact]
    public void Draining_endpoints_serve_until_a_newcomer_has_passed()
    {
        using TestCluster cluster = Start([At(1), At(2)]);
        EndpointDescription[] draining = [At(1), At(2)];
        Array.ForEach(draining, static endpoint => endpoint.Draining = true);
        TaskCompletionSource<ProbeResult> check = HoldChecks(cluster);

        cluster.Update([.. draining, At(3)]);
        Assert.Equal(2, cluster.PickMany(20).Count);

        check.SetResult(ProbeResult.Healthy);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal([cluster.Endpoints[2]], cluster.PickMany(20).Keys);
    }

    [Fact]
    public void A_newcomer_does_not_end_panic()
    {
        using TestCluster cluster = Start([At(1), At(2)], static options => options.OutlierDetection.MaxEjectionPercent = 100);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal([10, 10], cluster.PickMany(20).Values);

        Join(cluster, At(3));

        Assert.Equal([10, 10], cluster.PickMany(20).Values);
        Assert.DoesNotContain(cluster.Endpoints[2], cluster.PickMany(20).Keys);
    }

    [Theory]
    [InlineData(PanicTraffic.Fail, 50)]
    [InlineData(PanicTraffic.All, 0)]
    public async Task Where_panic_does_not_serve_a_newcomer_keeps_no_request_waiting(PanicTraffic traffic, double threshold)
    {
        using TestCluster cluster = Start([At(1), At(2)], options =>
        {
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.Traffic = traffic;
            options.Panic.ThresholdPercent = threshold;
        });
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.Run(TimeSpan.FromMilliseconds(1));

        Join(cluster, At(3));

        await Assert.ThrowsAsync<NoEndpointAvailableException>(
            () => cluster.Balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask());
    }

    [Fact]
    public void At_the_start_a_failed_check_does_not_begin_panic_while_others_wait()
    {
        using TestCluster cluster = Create([], static _ => { });
        var second = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (endpoint, _) => endpoint.Address.Host == "10.0.0.1"
            ? new ValueTask<ProbeResult>(ProbeResult.Unhealthy("down"))
            : new ValueTask<ProbeResult>(second.Task);
        cluster.Update([At(1), At(2)]);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal([EndpointHealth.Unhealthy, EndpointHealth.Untested], cluster.Endpoints.Select(static endpoint => endpoint.Health));
        Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        second.SetResult(ProbeResult.Healthy);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal([cluster.Endpoints[1]], cluster.PickMany(10).Keys);
    }

    [Fact]
    public void Total_panic_spreads_by_endpoints_that_have_been_tested()
    {
        using TestCluster cluster = Start([At(1), At(2), At(3), At(4, priority: 1)], static options => options.OutlierDetection.MaxEjectionPercent = 100);
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints)
        {
            cluster.Fail(endpoint, 5);
        }

        Join(cluster, [.. Enumerable.Range(5, 9).Select(static i => At(i, priority: 1))]);

        Assert.Equal([0.25, 0.25, 0.25, 0.25], cluster.Endpoints.Take(4).Select(static endpoint => endpoint.Share));
    }

    [Fact]
    public void Rejections_in_panic_count_the_tested_endpoints()
    {
        using TestCluster cluster = Start([At(1), At(2), At(3)], static options =>
        {
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.Traffic = PanicTraffic.Fail;
        });
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        Join(cluster, At(4));

        var exception = Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        Assert.Contains(": 1 of 3 endpoints are available, and Panic:ThresholdPercent is 50 %.", exception.Message, StringComparison.Ordinal);
    }

    private static void Share(LocalityOptions options, string how)
    {
        options.Self = Near;
        options.Mode = how == "distribute" ? LocalityMode.Distribute : LocalityMode.Weighted;
        var shares = new Dictionary<string, double> { [Near] = 80, [Far] = 20 };
        if (how == "weights")
        {
            options.Weights = shares;
        }
        else if (how == "distribute")
        {
            options.Distribute.Add(new LocalityDistributeOptions { From = Near, To = shares });
        }
    }

    private static EndpointDescription At(int number, string? locality = null, double weight = 1, int priority = 0) =>
        new(TestCluster.Address(number).Address) { Locality = locality, Weight = weight, Priority = priority };

    private static TestCluster Create(EndpointDescription[] endpoints, Action<LoadBalancingOptions> configure) => new(endpoints, options =>
    {
        options.HealthCheck.Kind = HealthCheckKind.Custom;
        options.HealthCheck.StartUnhealthy = true;
        configure(options);
    });

    /// <summary>Endpoints that have passed their first check.</summary>
    private static TestCluster Start(EndpointDescription[] endpoints, Action<LoadBalancingOptions>? configure = null)
    {
        TestCluster cluster = Create(endpoints, configure ?? (static _ => { }));
        cluster.Run(TimeSpan.FromMilliseconds(1));
        return cluster;
    }

    /// <summary>Adds endpoints whose first check does not end.</summary>
    private static void Join(TestCluster cluster, params EndpointDescription[] newcomers)
    {
        HoldChecks(cluster);
        cluster.Update([.. cluster.Endpoints.Select(static endpoint => endpoint.Description), .. newcomers]);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.All(cluster.Endpoints.TakeLast(newcomers.Length), static endpoint => Assert.Equal(EndpointHealth.Untested, endpoint.Health));
    }

    private static TaskCompletionSource<ProbeResult> HoldChecks(TestCluster cluster)
    {
        var pending = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (_, _) => new ValueTask<ProbeResult>(pending.Task);
        return pending;
    }
}
