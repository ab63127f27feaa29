using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.SlowStart;

/// <summary>Which endpoints are in slow start, at which fraction of their weight, and for how long.</summary>
public sealed class SlowStartTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(0, 1, 0.1)]
    [InlineData(1, 1, 0.1)]
    [InlineData(5, 1, 0.25)]
    [InlineData(10, 1, 0.5)]
    [InlineData(20, 1, 1)]
    [InlineData(30, 1, 1)]
    [InlineData(5, 2, 0.5)]
    [InlineData(5, 0.5, 0.1)]
    [InlineData(10, 0.5, 0.25)]
    public void The_fraction_is_Envoys(double seconds, double aggression, double fraction)
    {
        SlowStartSettings ramp = SlowStartSettings.From(new SlowStartOptions { Window = Window, Aggression = aggression })!;

        Assert.Equal(fraction, ramp.WeightFractionAfter(TimeSpan.FromSeconds(seconds)), 9);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(101, 20)]
    public void Fractions_are_rounded_to_steps_of_at_least_one(int count, double steps)
    {
        using var cluster = new TestCluster(count);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        var slowStart = new SlowStartWeights(new Dictionary<UpstreamEndpoint, double> { [endpoints[0]] = 0.001, [endpoints[1]] = 0.5 });

        Converter<UpstreamEndpoint, double>? weightOf = slowStart.WeightsFor(endpoints);

        Assert.NotNull(weightOf);
        Assert.Equal([1, steps / 2, steps], endpoints.Take(3).Select(weightOf.Invoke));
    }

    [Fact]
    public void Endpoints_of_the_first_update_have_no_slow_start()
    {
        using TestCluster cluster = Cluster(5);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0.2, endpoint.Share, 9));
        Assert.True(cluster.Balancer.CurrentSet!.FirstLevel.HasEqualWeights);
    }

    [Fact]
    public void A_new_endpoint_reaches_its_share_gradually()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 5);
        UpstreamEndpoint joined = cluster.Endpoints[4];

        AssertPart(joined, 4, 0.1);
        Assert.EndsWith("; in slow start with 10 % of its weight", joined.ShareReason, StringComparison.Ordinal);
        cluster.Run(TimeSpan.FromSeconds(5));
        AssertPart(joined, 4, 0.25);
        cluster.Run(TimeSpan.FromSeconds(10));
        AssertPart(joined, 4, 0.75);
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0.2, joined.Share, 9);
        Assert.True(cluster.Balancer.CurrentSet!.FirstLevel.HasEqualWeights);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.Random)]
    [InlineData(LoadBalancingStrategies.LeastRequest)]
    [InlineData(LoadBalancingStrategies.LeastConnections)]
    public void Picks_follow_the_fraction(string strategy)
    {
        using TestCluster cluster = Cluster(4, options => options.Strategy = strategy);
        Grow(cluster, 5);
        cluster.Run(TimeSpan.FromSeconds(10));

        Assert.InRange(cluster.PickMany(45_000)[cluster.Endpoints[4]], 4500, 5500);
    }

    [Fact]
    public void Each_endpoint_has_its_own_start_time()
    {
        using TestCluster cluster = Cluster(8);
        Grow(cluster, 9);
        cluster.Run(TimeSpan.FromSeconds(10));
        Grow(cluster, 10);
        cluster.Run(TimeSpan.FromSeconds(4));

        Assert.Equal(0.7 / 0.2, cluster.Endpoints[8].Share / cluster.Endpoints[9].Share, 6);
        Assert.Equal(0.7, cluster.Endpoints[8].Share / cluster.Endpoints[0].Share, 6);
    }

    [Fact]
    public void An_endpoint_restored_from_an_ejection_starts_slowly()
    {
        using TestCluster cluster = Cluster(5);
        UpstreamEndpoint restored = cluster.Endpoints[0];
        cluster.Fail(restored, 5);
        while (restored.Health == EndpointHealth.Ejected)
        {
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        AssertPart(restored, 4, 0.1);
        cluster.Run(TimeSpan.FromSeconds(10));
        AssertPart(restored, 4, 0.5);
    }

    [Fact]
    public void An_endpoint_that_passes_its_health_checks_again_starts_slowly()
    {
        using TestCluster cluster = Cluster(5);
        UpstreamEndpoint restored = cluster.Endpoints[0];
        restored.SetFailingHealthChecks(true);
        Grow(cluster, 5);
        Assert.Equal(0, restored.Share);
        restored.SetFailingHealthChecks(false);
        Grow(cluster, 5);

        AssertPart(restored, 4, 0.1);
    }

    [Fact]
    public void An_update_without_changes_does_not_restart_slow_start()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 5);
        cluster.Run(TimeSpan.FromSeconds(10));
        Grow(cluster, 5);

        AssertPart(cluster.Endpoints[4], 4, 0.5);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void Strategies_that_hash_have_no_slow_start(string strategy)
    {
        using TestCluster cluster = Cluster(4, options => options.Strategy = strategy);
        Grow(cluster, 5);

        Assert.Equal(0.2, cluster.Endpoints[4].Share, 9);
    }

    [Fact]
    public void Slow_start_is_skipped_when_more_than_half_of_the_endpoints_are_new()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 9);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(1.0 / 9, endpoint.Share, 9));
    }

    [Fact]
    public void Half_of_the_endpoints_may_be_in_slow_start()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 8);

        Assert.Equal(0.1, cluster.Endpoints[7].Share / cluster.Endpoints[0].Share, 9);
    }

    [Fact]
    public void Slow_start_ends_early_for_the_oldest_when_too_many_endpoints_join()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 7);
        cluster.Run(TimeSpan.FromSeconds(2));
        Grow(cluster, 10);

        Assert.Equal([1, 1, 1], cluster.Endpoints.Skip(4).Take(3).Select(endpoint => endpoint.Share / cluster.Endpoints[0].Share));
        Assert.All(cluster.Endpoints.Skip(7), endpoint => Assert.Equal(0.1, endpoint.Share / cluster.Endpoints[0].Share, 6));
    }

    [Fact]
    public void A_level_restored_cold_gets_its_requests_gradually()
    {
        using var cluster = new TestCluster(Levels(3), static options =>
        {
            options.SlowStart.Window = Window;
            options.OutlierDetection.MaxEjectionPercent = 100;
        });
        UpstreamEndpoint[] first = [.. cluster.Endpoints.Take(3)];
        Array.ForEach(first, endpoint => endpoint.SetFailingHealthChecks(true));
        cluster.Update(Levels(3));
        Assert.Equal(0, first.Sum(static endpoint => endpoint.Share));

        Array.ForEach(first, endpoint => endpoint.SetFailingHealthChecks(false));
        cluster.Update(Levels(3));
        Assert.Equal(0.14, first.Sum(static endpoint => endpoint.Share), 9);
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(0.70, first.Sum(static endpoint => endpoint.Share), 9);
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(1, first.Sum(static endpoint => endpoint.Share), 9);
    }

    [Fact]
    public void When_switched_on_later_it_applies_to_endpoints_that_join_afterwards()
    {
        using TestCluster cluster = Cluster(4, static options => options.SlowStart.Window = TimeSpan.Zero);
        Grow(cluster, 6);
        cluster.Configure(static options => options.SlowStart.Window = Window);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(1.0 / 6, endpoint.Share, 9));

        Grow(cluster, 7);
        AssertPart(cluster.Endpoints[6], 6, 0.1);
    }

    [Fact]
    public void When_switched_off_and_on_again_it_ignores_endpoints_that_joined_meanwhile()
    {
        using TestCluster cluster = Cluster(4);
        UpstreamEndpoint restored = cluster.Endpoints[0];
        restored.SetFailingHealthChecks(true);
        Grow(cluster, 5);
        cluster.Configure(static options => options.SlowStart.Window = TimeSpan.Zero);
        restored.SetFailingHealthChecks(false);
        Grow(cluster, 5);
        cluster.Configure(static options => options.SlowStart.Window = Window);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0.2, endpoint.Share, 9));
    }

    [Fact]
    public void The_timer_exists_only_from_the_first_new_endpoint_until_disposal()
    {
        var time = new CountingTimeProvider();
        using TestCluster source = Cluster(5);
        UpstreamEndpoint[] all = [.. source.Endpoints];
        Array.ForEach(all, static endpoint => endpoint.SelectionState = null);
        using (var slowStart = new SlowStartTracker(time, static () => { }))
        {
            slowStart.Configure(new SlowStartSettings(Window, 1, 0.1));
            Assert.True(slowStart.ComputeWeights(all[..4]).IsNone);
            Assert.Equal(0, time.TimersAlive);
            Assert.True(slowStart.ComputeWeights(all).IsInSlowStart(all[4]));
            slowStart.ComputeWeights(all);
            Assert.Equal(1, time.TimersAlive);
        }

        Assert.Equal(0, time.TimersAlive);
    }

    private static EndpointDescription[] Levels(int each) =>
        [.. Enumerable.Range(1, 2 * each).Select(i => new EndpointDescription(TestCluster.Address(i).Address) { Priority = i <= each ? 0 : 1 })];

    private static void AssertPart(UpstreamEndpoint endpoint, int others, double fraction) => Assert.Equal(fraction / (others + fraction), endpoint.Share, 9);

    private static void Grow(TestCluster cluster, int endpoints) => cluster.Update([.. Enumerable.Range(1, endpoints).Select(TestCluster.Address)]);

    private static TestCluster Cluster(int endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.SlowStart.Window = Window;
        configure?.Invoke(options);
    });
}
