using CsCheck;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>What holds for every strategy, whatever happens in whatever order.</summary>
public sealed class PickPropertiesTests
{
    /// <summary>Always the same sequences: a run that finds something finds it for everybody.</summary>
    private const string Seed = "0000KOIPe036";

    private static readonly Gen<Step> AnyStep = Gen.Select(Gen.Enum<StepKind>(), Gen.ULong, static (kind, number) => new Step(kind, number));

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.Random)]
    [InlineData(LoadBalancingStrategies.LeastRequest)]
    [InlineData(LoadBalancingStrategies.LeastConnections)]
    [InlineData(LoadBalancingStrategies.LeastLoad)]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public void Whatever_happens_in_whatever_order(string strategy) =>
        AnyStep.List[1, 60].Sample(steps => Run(strategy, steps), iter: 300, seed: Seed, threads: 1);

    private static void Run(string strategy, List<Step> steps)
    {
        using var cluster = new TestCluster(Members(3), options =>
        {
            options.Strategy = strategy;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.ConsistentHash.TableSize = 101;
            options.ConsistentHash.MinRingSize = 50;
        });
        var running = new List<EndpointLease>();
        var everybody = new HashSet<UpstreamEndpoint>(cluster.Endpoints);
        foreach (Step step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Pick:
                    running.Add(Pick(cluster, step.Number));
                    break;
                case StepKind.End when running.Count > 0:
                    EndpointLease ended = running[(int)(step.Number % (ulong)running.Count)];
                    running.Remove(ended);
                    ended.Report(AttemptOutcome.Success);
                    ended.End();
                    break;
                case StepKind.Fail:
                    cluster.Fail(cluster.Endpoints[(int)(step.Number % (ulong)cluster.Endpoints.Count)], 5);
                    break;
                case StepKind.Update:
                    cluster.Update(Members(step.Number));
                    everybody.UnionWith(cluster.Endpoints);
                    break;
                case StepKind.Wait:
                    cluster.Time.Advance(TimeSpan.FromSeconds(step.Number % 400));
                    break;
            }
        }

        running.ForEach(static lease => lease.End(AttemptOutcome.Success));
        Assert.All(everybody, static endpoint => Assert.Equal(0, endpoint.InFlight));
        Assert.All(everybody, static endpoint => Assert.Equal(long.MaxValue, endpoint.Load.OldestWaiting));
    }

    /// <summary>A pick, with or without a hash, with some of the members tried before, and everything that must be true of it.</summary>
    private static EndpointLease Pick(TestCluster cluster, ulong number)
    {
        UpstreamEndpoint[] tried = [.. cluster.Endpoints.Where((_, i) => (number >> (8 + i) & 1) != 0)];
        EndpointLease lease = cluster.Balancer.Pick(new PickContext { Hash = number % 3 == 0 ? null : number, TriedEndpoints = tried.Length == 0 ? null : tried });
        UpstreamEndpoint picked = lease.Endpoint;
        Assert.Contains(picked, cluster.Endpoints);
        Assert.False(picked.IsRemoved);

        // In panic the ejected are as good as any; the snapshot says when that is.
        bool inPanic = cluster.Balancer.CurrentSet!.FirstLevel.InPanic;
        UpstreamEndpoint[] untried = [.. cluster.Endpoints.Where(endpoint => !tried.Contains(endpoint))];
        UpstreamEndpoint[] inService = [.. cluster.Endpoints.Where(static endpoint => endpoint.Health == EndpointHealth.Available)];
        if (inPanic)
        {
            Assert.True(untried.Length == 0 || untried.Contains(picked), "a tried one in panic, though there was another");
        }
        else if (inService.Length > 0)
        {
            Assert.Contains(picked, inService);
            Assert.True(!inService.Intersect(untried).Any() || untried.Contains(picked), "a tried one, though there was another in service");
        }

        return lease;
    }

    /// <summary>A membership of one to eight, of equal or unequal weights.</summary>
    private static EndpointDescription[] Members(ulong number)
    {
        EndpointDescription[] members = [.. Enumerable.Range(1, 8).Where(i => (number >> i & 1) != 0 || i == 1).Select(TestCluster.Address)];
        for (int i = 0; i < members.Length && number % 2 == 0; i++)
        {
            members[i] = new EndpointDescription(members[i].Address) { Weight = 1 + ((number >> (8 * (i % 4))) % 5) };
        }

        return members;
    }

    private enum StepKind
    {
        Pick,
        End,
        Fail,
        Update,
        Wait,
    }

    private sealed record Step(StepKind Kind, ulong Number);
}
