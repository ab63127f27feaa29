using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Invariants while many threads report concurrently. Real threads; every claim holds in every interleaving.</summary>
public sealed class ConcurrentReportsTests
{
    private const int Threads = 64;

    [Fact]
    public void Exactly_the_fifth_consecutive_failure_ejects()
    {
        for (int round = 0; round < 50; round++)
        {
            using var cluster = new TestCluster();

            Parallel(Threads, _ => cluster.Fail(cluster.Endpoints[0]));

            Assert.Equal("5 failures in a row, the last: ErrorResponse", cluster.Endpoints[0].HealthReason);
            Assert.Equal(default(EndpointStatus).NextGeneration(), cluster.Endpoints[0].Status);
        }
    }

    [Fact]
    public void Four_concurrent_failures_never_eject_and_64_eject_once()
    {
        for (int round = 0; round < 50; round++)
        {
            using var cluster = new TestCluster();
            Parallel(4, _ => cluster.Fail(cluster.Endpoints[0]));
            Assert.Equal(EndpointHealth.Available, cluster.Endpoints[0].Health);
            Assert.Equal(4u, cluster.Endpoints[0].Status.ConsecutiveErrors);

            Parallel(Threads, _ => cluster.Fail(cluster.Endpoints[1]));
            Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[1].Health);
            Assert.Equal(1u, cluster.Endpoints[1].Status.Generation);
            Assert.Equal(1, cluster.Endpoints[1].EjectionHistory.Multiplier);
        }
    }

    [Fact]
    public void No_pick_that_begins_after_the_ejecting_report_returned_yields_the_endpoint()
    {
        for (int round = 0; round < 30; round++)
        {
            using var cluster = new TestCluster();
            UpstreamEndpoint bad = cluster.Endpoints[2];
            int wrongPicks = 0;

            Parallel(Threads, _ =>
            {
                cluster.Fail(bad);

                // A thread that sees the endpoint ejected knows that the ejecting report has taken effect: from here on no pick may yield it.
                if (!bad.IsAvailable)
                {
                    for (int i = 0; i < 20; i++)
                    {
                        using EndpointLease lease = cluster.Balancer.Pick();
                        Interlocked.Add(ref wrongPicks, ReferenceEquals(lease.Endpoint, bad) ? 1 : 0);
                    }
                }
            });

            Assert.Equal(EndpointHealth.Ejected, bad.Health);
            Assert.Equal(0, wrongPicks);
        }
    }

    [Fact]
    public void The_fifth_failure_ejects_with_the_last_quota_however_many_report_concurrently()
    {
        // Two concurrent reports that see four failures both try to reserve the last quota; the one that finds it reserved must not prevent the
        // ejection by the other.
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint bad = cluster.Endpoints[0];
        cluster.Fail(bad, 4);
        int lost = 0;
        using var turn = new Barrier(2, _ =>
        {
            if (cluster.Ejected.Count == 0 && bad.Status.ConsecutiveErrors < 4)
            {
                lost++;
            }

            cluster.Update([TestCluster.Address(2)]);
            cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);
            bad = cluster.Endpoints[0];
            cluster.Fail(bad, 4);
        });

        Parallel(2, _ =>
        {
            for (int round = 0; round < 20_000; round++)
            {
                turn.SignalAndWait();
                cluster.Fail(bad);
            }
        });

        Assert.Equal(0, lost);
    }

    [Fact]
    public void Of_two_endpoints_that_reach_five_concurrently_with_quota_for_one_exactly_one_is_ejected()
    {
        for (int round = 0; round < 200; round++)
        {
            using var cluster = new TestCluster(endpoints: 2);
            cluster.Fail(cluster.Endpoints[0], 4);
            cluster.Fail(cluster.Endpoints[1], 4);

            Parallel(2, i => cluster.Fail(cluster.Endpoints[i]));

            Assert.Single(cluster.Ejected);
        }
    }

    [Fact]
    public void The_quota_is_never_exceeded()
    {
        for (int round = 0; round < 30; round++)
        {
            using var cluster = new TestCluster(endpoints: 10);

            Parallel(Threads, i => cluster.Fail(cluster.Endpoints[i % 10], 10));

            Assert.Equal(5, cluster.Ejected.Count);
        }
    }

    [Fact]
    public void A_late_report_from_before_the_ejection_changes_only_in_flight()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        EndpointLease[] early = [.. Enumerable.Range(0, 10).Select(_ => cluster.Lease(endpoint))];
        cluster.Fail(endpoint, 5);
        EndpointStatus ejected = endpoint.Status;

        Array.ForEach(early[..5], static lease => lease.End(AttemptOutcome.Failure(FailureKind.Reset)));
        Assert.Equal(ejected, endpoint.Status);
        Assert.Equal(5, endpoint.InFlight);

        // The same holds after the restoration: neither an old failure nor an old success counts in the new generation.
        cluster.RunTo(TimeSpan.FromMinutes(4));
        cluster.Fail(endpoint, 4);
        early[5].End(AttemptOutcome.Success);
        early[6].End(AttemptOutcome.Failure(FailureKind.Reset));
        Assert.Equal(4u, endpoint.Status.ConsecutiveErrors);
        Assert.Equal(EndpointHealth.Available, endpoint.Health);
    }

    [Fact]
    public void Concurrent_restorations_and_reports_neither_lose_nor_duplicate_an_ejection()
    {
        for (int round = 0; round < 100; round++)
        {
            using var cluster = new TestCluster(endpoints: 4, configure: static options => options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero);
            cluster.Fail(cluster.Endpoints[0], 5);
            cluster.RunTo(new TimeSpan(0, 2, 59));

            Parallel(8, i =>
            {
                if (i == 0)
                {
                    cluster.RunTo(TimeSpan.FromMinutes(3));
                }
                else
                {
                    cluster.Fail(cluster.Endpoints[0]);
                    cluster.Fail(cluster.Endpoints[1]);
                }
            });

            int counted = cluster.Ejected.Count;
            cluster.Fail(cluster.Endpoints[2], 5);
            cluster.Fail(cluster.Endpoints[3], 5);
            Assert.Equal(2, cluster.Ejected.Count);
            Assert.InRange(counted, 1, 2);
        }
    }

    private static void Parallel(int threads, Action<int> body)
    {
        using var start = new Barrier(threads);
        Thread[] all = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            body(i);
        }))];
        Array.ForEach(all, static thread => thread.Start());
        Array.ForEach(all, static thread => thread.Join());
    }
}
