using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.SlowStart;

/// <summary>Who begins with a part of its weight, with how much, and for how long.</summary>
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
    public void The_ramp_is_envoys(double seconds, double aggression, double part)
    {
        SlowStartSettings ramp = SlowStartSettings.From(new SlowStartOptions { Window = Window, Aggression = aggression })!;

        Assert.Equal(part, ramp.WeightFractionAfter(TimeSpan.FromSeconds(seconds)), 9);
    }

    [Theory]
    [InlineData(100, 100)]
    [InlineData(101, 20)]
    public void Parts_are_in_steps_of_which_nobody_has_less_than_one(int endpoints, double steps)
    {
        using var cluster = new TestCluster(endpoints);
        UpstreamEndpoint[] members = [.. cluster.Endpoints];
        var ramps = new SlowStartWeights(new Dictionary<UpstreamEndpoint, double> { [members[0]] = 0.001, [members[1]] = 0.5 });

        Converter<UpstreamEndpoint, double>? weightOf = ramps.WeightsFor(members);

        Assert.NotNull(weightOf);
        Assert.Equal([1, steps / 2, steps], members.Take(3).Select(weightOf.Invoke));
    }

    [Fact]
    public void Nobody_of_the_first_list_ramps()
    {
        using TestCluster cluster = Cluster(5);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0.2, endpoint.Share, 9));
        Assert.True(cluster.Balancer.CurrentSet!.FirstLevel.HasEqualWeights);
    }

    [Fact]
    public void A_newcomer_gets_its_share_little_by_little()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 5);
        UpstreamEndpoint newcomer = cluster.Endpoints[4];

        AssertPart(newcomer, 4, 0.1);
        Assert.EndsWith("; in slow start with 10 % of its weight", newcomer.ShareReason, StringComparison.Ordinal);
        cluster.Run(TimeSpan.FromSeconds(5));
        AssertPart(newcomer, 4, 0.25);
        cluster.Run(TimeSpan.FromSeconds(10));
        AssertPart(newcomer, 4, 0.75);
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(0.2, newcomer.Share, 9);
        Assert.True(cluster.Balancer.CurrentSet!.FirstLevel.HasEqualWeights);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.Random)]
    [InlineData(LoadBalancingStrategies.LeastRequest)]
    [InlineData(LoadBalancingStrategies.LeastConnections)]
    public void Picks_follow_the_ramp(string strategy)
    {
        using TestCluster cluster = Cluster(4, options => options.Strategy = strategy);
        Grow(cluster, 5);
        cluster.Run(TimeSpan.FromSeconds(10));

        Assert.InRange(cluster.PickMany(45_000)[cluster.Endpoints[4]], 4500, 5500);
    }

    [Fact]
    public void Each_has_a_clock_of_its_own()
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
    public void One_that_returns_from_an_ejection_ramps()
    {
        using TestCluster cluster = Cluster(5);
        UpstreamEndpoint returner = cluster.Endpoints[0];
        cluster.Fail(returner, 5);
        while (returner.Health == EndpointHealth.Ejected)
        {
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        AssertPart(returner, 4, 0.1);
        cluster.Run(TimeSpan.FromSeconds(10));
        AssertPart(returner, 4, 0.5);
    }

    [Fact]
    public void One_that_passes_its_checks_again_ramps()
    {
        using TestCluster cluster = Cluster(5);
        UpstreamEndpoint returner = cluster.Endpoints[0];
        returner.SetFailingHealthChecks(true);
        Grow(cluster, 5);
        Assert.Equal(0, returner.Share);
        returner.SetFailingHealthChecks(false);
        Grow(cluster, 5);

        AssertPart(returner, 4, 0.1);
    }

    [Fact]
    public void An_update_that_changes_nothing_does_not_begin_a_ramp_anew()
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
    public void Strategies_that_hash_have_none(string strategy)
    {
        using TestCluster cluster = Cluster(4, options => options.Strategy = strategy);
        Grow(cluster, 5);

        Assert.Equal(0.2, cluster.Endpoints[4].Share, 9);
    }

    [Fact]
    public void When_more_than_half_would_ramp_at_once_nobody_does()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 9);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(1.0 / 9, endpoint.Share, 9));
    }

    [Fact]
    public void Half_may_ramp()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 8);

        Assert.Equal(0.1, cluster.Endpoints[7].Share / cluster.Endpoints[0].Share, 9);
    }

    [Fact]
    public void Those_who_came_first_have_ramped_enough_when_too_many_come()
    {
        using TestCluster cluster = Cluster(4);
        Grow(cluster, 7);
        cluster.Run(TimeSpan.FromSeconds(2));
        Grow(cluster, 10);

        Assert.Equal([1, 1, 1], cluster.Endpoints.Skip(4).Take(3).Select(endpoint => endpoint.Share / cluster.Endpoints[0].Share));
        Assert.All(cluster.Endpoints.Skip(7), endpoint => Assert.Equal(0.1, endpoint.Share / cluster.Endpoints[0].Share, 6));
    }

    [Fact]
    public void A_level_that_comes_back_cold_gets_its_requests_little_by_little()
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
    public void Switched_on_later_it_holds_for_those_who_come_then()
    {
        using TestCluster cluster = Cluster(4, static options => options.SlowStart.Window = TimeSpan.Zero);
        Grow(cluster, 6);
        cluster.Configure(static options => options.SlowStart.Window = Window);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(1.0 / 6, endpoint.Share, 9));

        Grow(cluster, 7);
        AssertPart(cluster.Endpoints[6], 6, 0.1);
    }

    [Fact]
    public void Switched_off_and_on_again_it_has_forgotten_who_came_meanwhile()
    {
        using TestCluster cluster = Cluster(4);
        UpstreamEndpoint returner = cluster.Endpoints[0];
        returner.SetFailingHealthChecks(true);
        Grow(cluster, 5);
        cluster.Configure(static options => options.SlowStart.Window = TimeSpan.Zero);
        returner.SetFailingHealthChecks(false);
        Grow(cluster, 5);
        cluster.Configure(static options => options.SlowStart.Window = Window);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(0.2, endpoint.Share, 9));
    }

    [Fact]
    public void There_is_a_timer_only_from_the_first_newcomer_on_and_it_ends_with_its_owner()
    {
        var time = new CountingTimeProvider();
        using TestCluster source = Cluster(5);
        UpstreamEndpoint[] all = [.. source.Endpoints];
        Array.ForEach(all, static endpoint => endpoint.SelectionState = null);
        using (var ramps = new SlowStartTracker(time, static () => { }))
        {
            ramps.Configure(new SlowStartSettings(Window, 1, 0.1));
            Assert.True(ramps.ComputeWeights(all[..4]).IsNone);
            Assert.Equal(0, time.TimersAlive);
            Assert.True(ramps.ComputeWeights(all).IsInSlowStart(all[4]));
            ramps.ComputeWeights(all);
            Assert.Equal(1, time.TimersAlive);
        }

        Assert.Equal(0, time.TimersAlive);
    }

    private static EndpointDescription[] Levels(int each) =>
        [.. Enumerable.Range(1, 2 * each).Select(i => new EndpointDescription(TestCluster.Address(i).Address) { Priority = i <= each ? 0 : 1 })];

    private static void AssertPart(UpstreamEndpoint endpoint, int others, double part) => Assert.Equal(part / (others + part), endpoint.Share, 9);

    private static void Grow(TestCluster cluster, int endpoints) => cluster.Update([.. Enumerable.Range(1, endpoints).Select(TestCluster.Address)]);

    private static TestCluster Cluster(int endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.SlowStart.Window = Window;
        configure?.Invoke(options);
    });
}
