using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>The shares of ten servers under LeastLoad, in virtual time; each server's first response takes 100 ms.</summary>
public sealed class LeastLoadSharesTests
{
    private static readonly VirtualLatency Usual = VirtualLatency.LogNormal(TimeSpan.FromMilliseconds(0.4), TimeSpan.FromMilliseconds(1));

    private static readonly TimeSpan HalfMinute = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(40, 1)]
    [InlineData(40, 2)]
    [InlineData(400, 1)]
    [InlineData(400, 2)]
    [InlineData(3000, 1)]
    public void Equal_servers_have_equal_shares_after_ten_seconds(int perSecond, int seed)
    {
        ShareRun run = ShareRun.RunVirtual(perSecond, HalfMinute, static _ => Usual, seed);

        Assert.All(run.RelativeShares(10, 10), static share => Assert.InRange(share, 0.8, 1.25));
        Assert.All(run.RelativeShares(20, 10), static share => Assert.InRange(share, 0.8, 1.25));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(400)]
    [InlineData(3000)]
    public void A_server_that_is_200_ms_slower_gets_less_than_half_a_percent(int perSecond)
    {
        ShareRun run = ShareRun.RunVirtual(
            perSecond,
            TimeSpan.FromSeconds(perSecond > 1000 ? 30 : 60),
            static i => i == 3 ? VirtualLatency.Fixed(TimeSpan.FromMilliseconds(200.4)) : Usual,
            seed: 1);

        // After the five attempts that every new endpoint gets.
        Assert.InRange(run.RelativeShares(10, run.Seconds - 10)[3] / 10, 0.00001, 0.005);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(400)]
    [InlineData(3000)]
    public void A_server_at_half_speed_gets_about_half(int perSecond)
    {
        ShareRun run = ShareRun.RunVirtual(
            perSecond,
            TimeSpan.FromSeconds(perSecond == 40 ? 120 : 30),
            static i => i == 3 ? Usual.ScaledBy(2) : Usual,
            seed: 1);

        Assert.InRange(run.RelativeShares(10, run.Seconds - 10)[3], 0.35, 0.65);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_server_that_stalled_once_has_its_share_again_seconds_later(int seed)
    {
        ShareRun run = ShareRun.RunVirtual(400, HalfMinute, static i => i == 3 ? StallsOnce() : Usual, seed);

        Assert.InRange(run.RelativeShares(20, 10)[3], 0.8, 1.25);
    }

    [Fact]
    public void A_server_that_joins_four_others_gets_the_first_call_and_then_its_share()
    {
        using var cluster = new TestCluster(4, static options => options.Strategy = LoadBalancingStrategies.LeastLoad);
        Call(cluster, calls: 100, TimeSpan.FromMilliseconds(1));
        cluster.Update([.. Enumerable.Range(1, 5).Select(TestCluster.Address)]);
        UpstreamEndpoint added = cluster.Endpoints[4];

        Assert.Equal(1, Call(cluster, calls: 1, TimeSpan.FromMilliseconds(1)).GetValueOrDefault(added));
        Assert.InRange(Call(cluster, calls: 1000, TimeSpan.FromMilliseconds(1))[added], 160, 250);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void At_one_call_a_second_a_server_that_joins_has_its_share_within_ten_minutes(int seed)
    {
        using var cluster = new TestCluster(4, static options => options.Strategy = LoadBalancingStrategies.LeastLoad, seed);
        Call(cluster, calls: 60, TimeSpan.FromSeconds(1));
        cluster.Update([.. Enumerable.Range(1, 5).Select(TestCluster.Address)]);

        Assert.InRange(Call(cluster, calls: 600, TimeSpan.FromSeconds(1))[cluster.Endpoints[4]], 96, 150);
    }

    [Fact]
    public void In_a_rolling_deployment_the_last_old_instance_does_not_take_all_calls()
    {
        using var cluster = new TestCluster(6, static options => options.Strategy = LoadBalancingStrategies.LeastLoad);
        Call(cluster, calls: 60, TimeSpan.FromSeconds(1));
        for (int replaced = 1; replaced <= 5; replaced++)
        {
            cluster.Update([.. Enumerable.Range(1 + replaced, 6).Select(TestCluster.Address)]);
            Call(cluster, calls: 10, TimeSpan.FromSeconds(1));
        }

        // The only one left of the first six is now the first of the list.
        Assert.InRange(Call(cluster, calls: 60, TimeSpan.FromSeconds(1))[cluster.Endpoints[0]], 5, 15);
    }

    /// <summary>Calls one after the other; each takes about half a millisecond.</summary>
    private static Dictionary<UpstreamEndpoint, int> Call(TestCluster cluster, int calls, TimeSpan interval)
    {
        var counts = new Dictionary<UpstreamEndpoint, int>();
        for (int i = 0; i < calls; i++)
        {
            EndpointLease lease = cluster.Balancer.Pick();
            counts[lease.Endpoint] = counts.GetValueOrDefault(lease.Endpoint) + 1;
            TimeSpan latency = TimeSpan.FromMilliseconds(0.3 + (0.4 * cluster.Random.NextDouble()));
            cluster.Time.Advance(latency);
            lease.End(AttemptOutcome.Success);
            cluster.Time.Advance(interval - latency);
        }

        return counts;
    }

    /// <summary>The 500th response takes 300 ms.</summary>
    private static VirtualLatency StallsOnce()
    {
        int responses = 0;
        return VirtualLatency.Custom(random => ++responses == 500
            ? TimeSpan.FromMilliseconds(300)
            : TimeSpan.FromMilliseconds(0.3 + (0.4 * random.NextDouble())));
    }
}
