using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>1,000 endpoints of which a tenth is replaced each second. How long it takes says the benchmark command <c>churn</c>; here is what does not depend on the machine.</summary>
public sealed class ChurnTests
{
    /// <summary>The most that may move, as a multiple of what has to: r + (1 - r) r, 19 % for a tenth. Of the ring it is only said what it does: with two entries for each endpoint its shares are uneven.</summary>
    [Theory]
    [InlineData(LoadBalancingStrategies.Rendezvous, 1.02)]
    [InlineData(LoadBalancingStrategies.Maglev, 1.25)]
    [InlineData(LoadBalancingStrategies.RingHash, 1.25)]
    public void Keys_move_little_more_than_they_must(string strategy, double tolerated)
    {
        using var churn = new ChurnRun(options => options.Strategy = strategy);

        double moved = Enumerable.Range(0, 4).Average(_ => churn.ReplaceAndCountMovedKeys(20_000));

        TestContext.Current.TestOutputHelper?.WriteLine($"{strategy}: {moved:P2}, {moved / ChurnRun.MinMovedShare:0.000} times what must");
        Assert.InRange(moved / ChurnRun.MinMovedShare, 0.9, tolerated);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.LeastLoad)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    public void Survivors_keep_what_is_known_of_them(string strategy)
    {
        using var churn = new ChurnRun(options => options.Strategy = strategy);
        churn.MarkAll();

        for (int second = 1; second <= 3; second++)
        {
            churn.Replace();

            Assert.Equal(ChurnRun.Endpoints - (second * ChurnRun.ReplacedPerStep), churn.CountMarked());
        }
    }
}
