using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>The same seed gives the same timeline, to the byte.</summary>
public sealed class RepeatableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Timeline_depends_on_the_seed_only(bool http)
    {
        VirtualScenario.Result first = Run(seed: 1, http);
        VirtualScenario.Result again = Run(seed: 1, http);
        VirtualScenario.Result other = Run(seed: 2, http);

        Assert.True(first.Timeline == again.Timeline, "The same seed gave two timelines.");
        Assert.NotEqual(first.Timeline.Length, other.Timeline.Length);
        Assert.Contains("EJECTED", first.Timeline, StringComparison.Ordinal);
        Assert.Contains("RESTORED", first.Timeline, StringComparison.Ordinal);
        Assert.Equal((0, 0), (first.TimersAlive, other.TimersAlive));
    }

    private static VirtualScenario.Result Run(int seed, bool http) =>
        VirtualScenario.Run(seed, clients: 3, endpoints: 6, perSecond: 300, TimeSpan.FromSeconds(30), http);
}
