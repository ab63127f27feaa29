namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>One of ten servers responds 200 ms late; 400 requests a second for a minute of virtual time, deterministic.</summary>
public sealed class OneSlowOfTenTests
{
    private const int PerSecond = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void LeastLoad_sends_it_almost_nothing_and_callers_do_not_notice(int seed)
    {
        (double share, TimeSpan p99) = Run(LoadBalancingStrategies.LeastLoad, seed);

        Assert.InRange(share, 0.00001, 0.005);
        Assert.InRange(p99, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.Random)]
    public void Strategies_without_feedback_send_it_a_tenth(string strategy)
    {
        (double share, TimeSpan p99) = Run(strategy, seed: 1);

        Assert.InRange(share, 0.09, 0.11);
        Assert.InRange(p99, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.LeastRequest)]
    [InlineData(LoadBalancingStrategies.LeastConnections)]
    public void Strategies_that_compare_attempts_in_flight_send_it_less(string strategy)
    {
        (double share, _) = Run(strategy, seed: 1);

        Assert.InRange(share, 0.008, 0.03);
    }

    [Fact]
    public void LeastLoad_notices_when_it_is_fast_again()
    {
        (double share, _) = Run(
            LoadBalancingStrategies.LeastLoad,
            seed: 1,
            minutes: 3,
            change: static (cluster, clock) => clock.Schedule(TimeSpan.FromSeconds(5), () => cluster.Endpoints[3].Latency = Usual));

        // It takes 53 s for 200 ms to fade to 1 ms. From then on it gets its tenth, which is 7 % of the three minutes.
        Assert.InRange(share, 0.02, 0.1);
    }

    private static VirtualLatency Usual => VirtualLatency.Uniform(TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(2));

    private static (double ShareOnSlow, TimeSpan P99) Run(string strategy, int seed, int minutes = 1, Action<VirtualCluster, VirtualClock>? change = null)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock, seed);
        cluster.AddMany(10, static endpoint => endpoint.Latency = Usual);
        cluster.Endpoints[3].Latency = VirtualLatency.Fixed(TimeSpan.FromMilliseconds(200));
        using VirtualClient client = cluster.CreateClient(configure: options => options.Strategy = strategy);
        change?.Invoke(cluster, clock);
        var times = new List<TimeSpan>();
        clock.Run(() => clock.SendAtConstantRateAsync(PerSecond, TimeSpan.FromMinutes(minutes), async _ =>
        {
            long start = clock.GetTimestamp();
            await client.CallAsync();
            times.Add(clock.GetElapsedTime(start));
        }));
        times.Sort();
        return ((double)cluster.Endpoints[3].Counts.Received / times.Count, times[(int)(times.Count * 0.99)]);
    }
}
