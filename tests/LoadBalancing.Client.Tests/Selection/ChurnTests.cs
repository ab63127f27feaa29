using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>
/// 1,000 endpoints, a tenth of which is replaced each second. The benchmark command <c>churn</c> measures durations; these tests cover what does not depend on
/// the machine.
/// </summary>
public sealed class ChurnTests
{
    /// <summary>
    /// The tolerated movement as a multiple of the minimum, which is r + (1 - r) r: 19 % for a tenth. The ring has no tight bound: with two entries per
    /// endpoint its shares are uneven.
    /// </summary>
    [Theory]
    [InlineData(LoadBalancingStrategies.Rendezvous, 1.02)]
    [InlineData(LoadBalancingStrategies.Maglev, 1.25)]
    [InlineData(LoadBalancingStrategies.RingHash, 1.25)]
    public void Keys_move_little_more_than_the_minimum(string strategy, double tolerated)
    {
        using var churn = new ChurnRun(options => options.Strategy = strategy);

        double moved = Enumerable.Range(0, 4).Average(_ => churn.ReplaceAndCountMovedKeys(20_000));

        TestContext.Current.TestOutputHelper?.WriteLine($"{strategy}: {moved:P2}, {moved / ChurnRun.MinMovedShare:0.000} times the minimum");
        Assert.InRange(moved / ChurnRun.MinMovedShare, 0.9, tolerated);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.LeastLoad)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    public void Remaining_endpoints_keep_their_state(string strategy)
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
