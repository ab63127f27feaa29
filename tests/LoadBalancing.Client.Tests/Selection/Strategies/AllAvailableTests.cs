using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class AllAvailableTests
{
    [Fact]
    public void It_holds_until_the_next_change()
    {
        using var cluster = new TestCluster(3);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        AllAvailable before = AllAvailable.Capture(endpoints);
        Assert.True(before.Holds);

        cluster.Fail(endpoints[1], 5);

        Assert.Equal(EndpointHealth.Ejected, endpoints[1].Health);
        Assert.False(before.Holds);
        Assert.False(AllAvailable.Capture(endpoints).Holds);
        Assert.True(AllAvailable.Capture([endpoints[0], endpoints[2]]).Holds);
    }

    [Fact]
    public void A_restoration_is_a_change()
    {
        using var cluster = new TestCluster(3);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        AllAvailable before = AllAvailable.Capture(endpoints);
        cluster.Fail(endpoints[1], 5);
        cluster.Run(TimeSpan.FromMinutes(5));

        Assert.Empty(cluster.Ejected);
        Assert.False(before.Holds);
        Assert.True(AllAvailable.Capture(endpoints).Holds);
    }

    [Fact]
    public void Failures_without_an_ejection_are_no_change()
    {
        using var cluster = new TestCluster(3);
        AllAvailable before = AllAvailable.Capture([.. cluster.Endpoints]);
        cluster.Fail(cluster.Endpoints[0], 4);

        Assert.True(before.Holds);
    }

    [Fact]
    public void A_failed_health_check_is_a_change()
    {
        using var cluster = new TestCluster(3);
        AllAvailable before = AllAvailable.Capture([.. cluster.Endpoints]);
        cluster.Endpoints[2].SetFailingHealthChecks(true);

        Assert.False(before.Holds);
    }

    [Fact]
    public void An_empty_set_is_never_all_available()
    {
        Assert.False(AllAvailable.Capture([]).Holds);
        Assert.False(default(AllAvailable).Holds);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("LeastRequest")]
    [InlineData("LeastConnections")]
    [InlineData("LeastLoad")]
    [InlineData("RingHash")]
    [InlineData("Maglev")]
    [InlineData("Rendezvous")]
    public void A_picker_built_before_an_ejection_skips_the_ejected_endpoint(string strategy)
    {
        using var cluster = new TestCluster(4, options => options.Strategy = strategy);
        IEndpointPicker picker = cluster.Balancer.CurrentSet!.Picker!;
        UpstreamEndpoint ejected = cluster.Endpoints[2];
        for (int i = 0; i < 4; i++)
        {
            // Samples for strategies that use latency.
            for (int sample = 0; sample < 5; sample++)
            {
                cluster.Endpoints[i].Load.AddLatency(0.01, cluster.Time.GetTimestamp(), 1e10);
            }
        }

        Assert.Contains(ejected, Picks(picker));

        cluster.Fail(ejected, 5);

        Assert.DoesNotContain(ejected, Picks(picker));
    }

    private static UpstreamEndpoint?[] Picks(IEndpointPicker picker) =>
        [.. Enumerable.Range(0, 200).Select(i => picker.Pick(new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15, Now = 1 }))];
}
