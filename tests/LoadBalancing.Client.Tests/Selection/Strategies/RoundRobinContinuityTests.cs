using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>A rotation continues when its endpoints, their availability or their weights change.</summary>
public sealed class RoundRobinContinuityTests
{
    /// <summary>How an endpoint leaves and returns.</summary>
    public enum Absence
    {
        Unavailable,
        Draining,
        Removed,
    }

    public static MatrixTheoryData<Absence, double[]> Flapping() => new(
        Enum.GetValues<Absence>(),
        [[1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1], [5, 1, 1, 3], [3, 1, 1, 5], [1, 2, 3, 4, 1]]);

    [Theory]
    [InlineData(Absence.Unavailable)]
    [InlineData(Absence.Draining)]
    [InlineData(Absence.Removed)]
    public void The_next_endpoint_is_the_one_whose_turn_it_is(Absence absence)
    {
        for (int seed = 0; seed < 6; seed++)
        {
            using var cluster = new TestCluster(3, seed: seed);
            UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
            while (cluster.PickOne() != endpoints[2])
            {
            }

            Assert.Equal([endpoints[0], endpoints[1]], Picks(cluster, 2));
            Leave(cluster, endpoints[2], absence);

            Assert.Equal([endpoints[0], endpoints[1], endpoints[0], endpoints[1]], Picks(cluster, 4));
        }
    }

    [Theory]
    [InlineData(Absence.Unavailable)]
    [InlineData(Absence.Draining)]
    [InlineData(Absence.Removed)]
    public void An_endpoint_that_returns_has_its_turn_within_a_round(Absence absence)
    {
        for (int picks = 0; picks < 12; picks++)
        {
            using var cluster = new TestCluster(4);
            UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
            Leave(cluster, endpoints[3], absence);
            Picks(cluster, picks);
            Return(cluster, endpoints[3], absence);

            Assert.Equal(4, Picks(cluster, 4).Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(Flapping))]
    public void An_endpoint_that_flaps_in_step_with_requests_changes_no_share(Absence absence, double[] weights)
    {
        // Present in the first part of each period; a period is that many requests.
        foreach ((int period, int present) in new[] { (2, 1), (3, 1), (3, 2), (4, 1), (4, 3), (5, 2), (7, 3) })
        {
            using var cluster = new TestCluster(TestCluster.Weighted(weights));
            Dictionary<string, double> fair = cluster.Endpoints.ToDictionary(Name, static _ => 0.0);
            Dictionary<string, double> picked = cluster.Endpoints.ToDictionary(Name, static _ => 0.0);
            string flapping = Name(cluster.Endpoints[^1]);
            for (int i = 0; i < 700; i++)
            {
                if (i % period == 0 && i > 0)
                {
                    Return(cluster, cluster.Endpoints.FirstOrDefault(endpoint => Name(endpoint) == flapping), absence, weights);
                }
                else if (i % period == present)
                {
                    Leave(cluster, cluster.Endpoints.Single(endpoint => Name(endpoint) == flapping), absence);
                }

                UpstreamEndpoint[] inUse = [.. cluster.Endpoints.Where(static endpoint => endpoint.Share > 0)];
                Array.ForEach(inUse, endpoint => fair[Name(endpoint)] += endpoint.Weight / inUse.Sum(static other => other.Weight));
                picked[Name(cluster.PickOne())]++;
            }

            // Within a turn of rounding at each end; one that is removed is forgotten meanwhile, and has its share on average.
            int turns = absence == Absence.Unavailable ? 2 : 5;
            Assert.All(fair, expected => Assert.InRange(picked[expected.Key] - expected.Value, -turns, turns));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void During_slow_start_the_others_keep_equal_shares(int picksASecond)
    {
        for (int before = 0; before < 8; before++)
        {
            using var cluster = new TestCluster(4, static options => options.SlowStart.Window = TimeSpan.FromSeconds(60));
            Picks(cluster, before);
            cluster.Update([.. Enumerable.Range(1, 5).Select(TestCluster.Address)]);
            int[] counts = new int[5];
            for (int i = 0; i < 60; i++)
            {
                counts[cluster.Endpoints.ToList().IndexOf(cluster.PickOne())]++;
                if (i % picksASecond == picksASecond - 1)
                {
                    cluster.Run(TimeSpan.FromSeconds(1));
                }
            }

            Assert.InRange(counts[..4].Max() - counts[..4].Min(), 0, 2);
        }
    }

    [Fact]
    public void Random_changes_leave_every_endpoint_within_two_turns_of_its_share()
    {
        RandomSource random = RandomSource.Seeded(7);
        using var cluster = new TestCluster(TestCluster.Weighted(2, 1, 1, 4, 3, 1));
        double[] owed = new double[6];
        for (int i = 0; i < 5000; i++)
        {
            if (Draw(3) == 0)
            {
                UpstreamEndpoint changed = cluster.Endpoints[Draw(6)];
                changed.SetFailingHealthChecks(changed.IsAvailable);
                Publish(cluster);
                if (cluster.Balancer.CurrentSet!.InPanic)
                {
                    changed.SetFailingHealthChecks(false);
                    Publish(cluster);
                }
            }

            UpstreamEndpoint picked = cluster.PickOne();
            for (int endpoint = 0; endpoint < owed.Length; endpoint++)
            {
                owed[endpoint] += cluster.Endpoints[endpoint].Share - (cluster.Endpoints[endpoint] == picked ? 1 : 0);
            }

            Assert.All(owed, static turns => Assert.InRange(turns, -2.5, 2.5));
        }

        int Draw(int below) => (int)(random.NextUInt64() % (ulong)below);
    }

    [Fact]
    public void Several_newcomers_are_spread_over_the_round()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(8));
        cluster.Update(TestCluster.Weighted(8, 1, 1, 1, 1, 1, 1, 1, 1));

        UpstreamEndpoint[] picks = Picks(cluster, 32);

        // Half of the turns are the heavy one's: never more than three of either kind in a row.
        Assert.Equal(16, picks.Count(endpoint => endpoint == cluster.Endpoints[0]));
        for (int i = 3; i < picks.Length; i++)
        {
            Assert.InRange(picks[(i - 3)..(i + 1)].Count(endpoint => endpoint == cluster.Endpoints[0]), 1, 3);
        }
    }

    [Fact]
    public void A_level_without_available_endpoints_continues_when_it_has_some_again()
    {
        using var cluster = new TestCluster([At(1), At(2), At(3), At(4, priority: 1), At(5, priority: 1)]);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        while (cluster.PickOne() != endpoints[0])
        {
        }

        SetAvailable(cluster, endpoints[..3], available: false);
        Assert.Equal(1, cluster.PickOne().Priority);
        SetAvailable(cluster, endpoints[..3], available: true);

        Assert.Equal([endpoints[1], endpoints[2], endpoints[0]], Picks(cluster, 3));
    }

    [Fact]
    public void A_level_continues_when_the_levels_before_it_are_removed()
    {
        using var cluster = new TestCluster([At(1), At(2, priority: 1), At(3, priority: 1), At(4, priority: 1)]);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        SetAvailable(cluster, endpoints[..1], available: false);
        while (cluster.PickOne() != endpoints[1])
        {
        }

        cluster.Update([At(2, priority: 1), At(3, priority: 1), At(4, priority: 1)]);

        Assert.Equal(0, endpoints[1].PriorityLevel);
        Assert.Equal([endpoints[2], endpoints[3], endpoints[1]], Picks(cluster, 3));
    }

    [Fact]
    public void Localities_keep_their_rotations_through_changes_and_panic()
    {
        using var cluster = new TestCluster(
            [.. Enumerable.Range(1, 8).Select(static i => At(i, i <= 4 ? "eu/a" : "eu/b"))],
            static options => options.Locality.Mode = LocalityMode.Weighted);
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        List<UpstreamEndpoint> far = [];
        for (int i = 0; i < 400; i++)
        {
            // Every seventh pick is in panic, without localities; in between one endpoint flaps.
            bool isInPanic = i % 7 == 0;
            SetAvailable(cluster, endpoints[1..7], !isInPanic);
            SetAvailable(cluster, endpoints[..1], i % 2 == 0);
            UpstreamEndpoint picked = cluster.PickOne();
            Assert.Equal(isInPanic, cluster.Balancer.CurrentSet!.InPanic);
            if (!isInPanic && picked.Locality == "eu/b")
            {
                far.Add(picked);
            }
        }

        int first = Array.IndexOf(endpoints, far[0]);
        Assert.InRange(far.Count, 100, 300);
        Assert.Equal(Enumerable.Range(0, far.Count).Select(i => endpoints[4 + ((first - 4 + i) % 4)]), far);
    }

    [Fact]
    public void Picks_of_other_threads_during_a_change_are_not_repeated()
    {
        using var cluster = new TestCluster(4);
        IEndpointPicker before = cluster.Balancer.CurrentSet!.Picker!;
        UpstreamEndpoint last = cluster.PickOne();
        Publish(cluster);

        // Two more requests had read the snapshot before.
        UpstreamEndpoint?[] order = [last, before.Pick(default), before.Pick(default), cluster.PickOne(), cluster.PickOne()];

        Assert.Equal(4, order[..4].Distinct().Count());
        Assert.Same(last, order[4]);
    }

    private static EndpointDescription At(int number, string? locality = null, int priority = 0) =>
        new(TestCluster.Address(number).Address) { Locality = locality, Priority = priority };

    private static string Name(UpstreamEndpoint endpoint) => endpoint.ToString();

    private static UpstreamEndpoint[] Picks(TestCluster cluster, int count) => [.. Enumerable.Range(0, count).Select(_ => cluster.PickOne())];

    private static void SetAvailable(TestCluster cluster, UpstreamEndpoint[] endpoints, bool available)
    {
        Array.ForEach(endpoints, endpoint => endpoint.SetFailingHealthChecks(!available));
        Publish(cluster);
    }

    private static void Publish(TestCluster cluster) => cluster.Update([.. cluster.Endpoints.Select(static endpoint => endpoint.Description)]);

    private static void Leave(TestCluster cluster, UpstreamEndpoint endpoint, Absence absence)
    {
        switch (absence)
        {
            case Absence.Unavailable:
                SetAvailable(cluster, [endpoint], available: false);
                break;
            case Absence.Draining:
                cluster.Update([.. cluster.Endpoints.Select(other => Copy(other.Description, other == endpoint))]);
                break;
            case Absence.Removed:
                cluster.Update([.. cluster.Endpoints.Where(other => other != endpoint).Select(static other => other.Description)]);
                break;
        }
    }

    private static void Return(TestCluster cluster, UpstreamEndpoint? endpoint, Absence absence, double[]? weights = null)
    {
        switch (absence)
        {
            case Absence.Unavailable:
                SetAvailable(cluster, [endpoint!], available: true);
                break;
            case Absence.Draining:
                cluster.Update([.. cluster.Endpoints.Select(static other => Copy(other.Description, draining: false))]);
                break;
            case Absence.Removed:
                EndpointDescription added = TestCluster.Address(cluster.Endpoints.Count + 1);
                added.Weight = weights?[^1] ?? 1;
                cluster.Update([.. cluster.Endpoints.Select(static other => other.Description), added]);
                break;
        }
    }

    private static EndpointDescription Copy(EndpointDescription description, bool draining) =>
        new(description.Address) { Weight = description.Weight, Draining = draining };
}
