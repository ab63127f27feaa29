using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>The same seed gives the same time line, to the byte.</summary>
public sealed class RepeatableTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_seed_gives_the_same_time_line_and_another_seed_another(bool http)
    {
        VirtualScenario.Result first = Run(seed: 1, http);
        VirtualScenario.Result again = Run(seed: 1, http);
        VirtualScenario.Result other = Run(seed: 2, http);

        Assert.True(first.TimeLine == again.TimeLine, "The same seed gave two time lines.");
        Assert.NotEqual(first.TimeLine.Length, other.TimeLine.Length);
        Assert.Contains("EJECTED", first.TimeLine, StringComparison.Ordinal);
        Assert.Contains("RETURNED", first.TimeLine, StringComparison.Ordinal);
        Assert.Equal((0, 0), (first.TimersAlive, other.TimersAlive));
    }

    private static VirtualScenario.Result Run(int seed, bool http) => VirtualScenario.Run(seed, clients: 3, endpoints: 6, perSecond: 300, TimeSpan.FromSeconds(30), http);
}
