using CsCheck;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>Properties of every strategy, under random sequences of events.</summary>
public sealed class PickPropertiesTests
{
    /// <summary>Fixed, so that a failure is reproducible.</summary>
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
    public void Properties_hold_under_any_sequence_of_events(string strategy) =>
        AnyStep.List[1, 60].Sample(steps => Run(strategy, steps), iter: 300, seed: Seed, threads: 1);

    private static void Run(string strategy, List<Step> steps)
    {
        using var cluster = new TestCluster(Endpoints(3), options =>
        {
            options.Strategy = strategy;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.ConsistentHash.TableSize = 101;
            options.ConsistentHash.MinRingSize = 50;
        });
        var running = new List<EndpointLease>();
        var seen = new HashSet<UpstreamEndpoint>(cluster.Endpoints);
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
                    cluster.Update(Endpoints(step.Number));
                    seen.UnionWith(cluster.Endpoints);
                    break;
                case StepKind.Wait:
                    cluster.Time.Advance(TimeSpan.FromSeconds(step.Number % 400));
                    break;
            }
        }

        running.ForEach(static lease => lease.End(AttemptOutcome.Success));
        Assert.All(seen, static endpoint => Assert.Equal(0, endpoint.InFlight));
        Assert.All(seen, static endpoint => Assert.Equal(long.MaxValue, endpoint.Load.OldestWaiting));
    }

    /// <summary>A pick, with or without a hash, with some endpoints already tried, and assertions on its result.</summary>
    private static EndpointLease Pick(TestCluster cluster, ulong number)
    {
        UpstreamEndpoint[] tried = [.. cluster.Endpoints.Where((_, i) => (number >> (8 + i) & 1) != 0)];
        EndpointLease lease = cluster.Balancer.Pick(
            new PickContext { Hash = number % 3 == 0 ? null : number, TriedEndpoints = tried.Length == 0 ? null : tried });
        UpstreamEndpoint picked = lease.Endpoint;
        Assert.Contains(picked, cluster.Endpoints);
        Assert.False(picked.IsRemoved);

        // In panic ejected endpoints count as available; the snapshot says when that is.
        bool inPanic = cluster.Balancer.CurrentSet!.FirstLevel.InPanic;
        UpstreamEndpoint[] untried = [.. cluster.Endpoints.Where(endpoint => !tried.Contains(endpoint))];
        UpstreamEndpoint[] available = [.. cluster.Endpoints.Where(static endpoint => endpoint.Health == EndpointHealth.Available)];
        if (inPanic)
        {
            Assert.True(untried.Length == 0 || untried.Contains(picked), "a tried endpoint in panic, although an untried one existed");
        }
        else if (available.Length > 0)
        {
            Assert.Contains(picked, available);
            Assert.True(!available.Intersect(untried).Any() || untried.Contains(picked), "a tried endpoint, although an untried one was available");
        }

        return lease;
    }

    /// <summary>One to eight endpoints of equal or unequal weights.</summary>
    private static EndpointDescription[] Endpoints(ulong number)
    {
        EndpointDescription[] endpoints = [.. Enumerable.Range(1, 8).Where(i => (number >> i & 1) != 0 || i == 1).Select(TestCluster.Address)];
        for (int i = 0; i < endpoints.Length && number % 2 == 0; i++)
        {
            endpoints[i] = new EndpointDescription(endpoints[i].Address) { Weight = 1 + ((number >> (8 * (i % 4))) % 5) };
        }

        return endpoints;
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
