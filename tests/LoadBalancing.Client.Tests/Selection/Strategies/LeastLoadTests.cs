using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

public sealed class LeastLoadTests
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(5);

    [Fact]
    public void Latencies_are_averaged_and_old_ones_lose_weight()
    {
        using TestCluster cluster = LeastLoad(1);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        Assert.Null(endpoint.Latency);

        Learn(cluster, TimeSpan.FromMilliseconds(100));
        Assert.Equal(100, endpoint.Latency!.Value.TotalMilliseconds, 3);

        // Half of the decay time later the old average keeps exp(-1/2) of its weight.
        cluster.Time.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(200));
        Respond(cluster, endpoint, TimeSpan.FromMilliseconds(200));
        Assert.Equal((100 * Math.Exp(-0.5)) + (200 * (1 - Math.Exp(-0.5))), endpoint.Latency!.Value.TotalMilliseconds, 3);
    }

    [Fact]
    public void A_slow_body_does_not_count_as_latency()
    {
        using TestCluster cluster = LeastLoad(1);
        EndpointLease lease = cluster.Balancer.Pick();
        cluster.Time.Advance(Fast);
        lease.Report(AttemptOutcome.Success);
        cluster.Time.Advance(TimeSpan.FromMinutes(1));
        lease.End();

        Assert.Equal(Fast, cluster.Endpoints[0].Latency);
    }

    [Fact]
    public void The_slow_one_of_three_is_avoided()
    {
        using TestCluster cluster = LeastLoad(3);
        Learn(cluster, Fast, Fast, TimeSpan.FromMilliseconds(200));

        Assert.Equal(0, cluster.Count(1000)[2]);
    }

    [Fact]
    public void The_first_samples_do_not_count_beyond_the_smallest()
    {
        using TestCluster cluster = LeastLoad(1);
        foreach (int milliseconds in new[] { 300, 40, 5, 80, 6 })
        {
            Respond(cluster, cluster.Endpoints[0], TimeSpan.FromMilliseconds(milliseconds));
        }

        Assert.Equal(Fast, cluster.Endpoints[0].Latency);
    }

    [Fact]
    public void The_samples_after_the_first_are_averaged_equally_while_they_are_few()
    {
        using TestCluster cluster = LeastLoad(1);
        Learn(cluster, Fast);
        Respond(cluster, cluster.Endpoints[0], TimeSpan.FromMilliseconds(11));

        // A fifth of the difference; by time alone, a sample 11 ms after the last would have a thousandth of the weight.
        Assert.Equal(6.2, cluster.Endpoints[0].Latency!.Value.TotalMilliseconds, 3);
    }

    [Fact]
    public void One_response_counts_for_at_most_ten_times_the_average()
    {
        using TestCluster cluster = LeastLoad(1);
        Learn(cluster, Fast);
        cluster.Time.Advance(TimeSpan.FromHours(1));
        Respond(cluster, cluster.Endpoints[0], TimeSpan.FromSeconds(3));

        Assert.Equal(10 * Fast, cluster.Endpoints[0].Latency!.Value);
    }

    [Theory]
    [InlineData(3, 102)]
    [InlineData(6, 5)]
    public void A_much_better_sample_replaces_an_average_that_was_not_confirmed_for_six_seconds(double seconds, int expectedMilliseconds)
    {
        using TestCluster cluster = LeastLoad(1);
        Learn(cluster, TimeSpan.FromMilliseconds(200));
        cluster.Time.Advance(TimeSpan.FromSeconds(seconds));
        Respond(cluster, cluster.Endpoints[0], Fast);

        Assert.Equal(expectedMilliseconds, cluster.Endpoints[0].Latency!.Value.TotalMilliseconds, 1.0);
    }

    [Theory]
    [InlineData(10, 5.8)]
    [InlineData(100, 5.8)]
    [InlineData(2000, 23)]
    [InlineData(10_000, 60)]
    public void A_slow_endpoint_is_tried_again_after_about_12_times_the_idle_time_of_the_others_from_6_to_60_s(int intervalMilliseconds, double expectedSeconds)
    {
        using TestCluster cluster = LeastLoad(2);
        Learn(cluster, Fast, TimeSpan.FromMilliseconds(200));
        var interval = TimeSpan.FromMilliseconds(intervalMilliseconds);
        long start = cluster.Time.GetTimestamp();
        while (true)
        {
            cluster.Time.Advance(interval - Fast);
            using EndpointLease lease = cluster.Balancer.Pick();
            if (lease.Endpoint == cluster.Endpoints[1])
            {
                break;
            }

            cluster.Time.Advance(Fast);
            lease.End(AttemptOutcome.Success);
        }

        Assert.Equal(expectedSeconds, cluster.Time.GetElapsedTime(start).TotalSeconds, 0.2 + interval.TotalSeconds);
    }

    [Fact]
    public void A_stalled_endpoint_is_noticed_before_any_response()
    {
        using TestCluster cluster = LeastLoad(3);
        Learn(cluster, Fast, Fast, Fast);
        EndpointLease stuck = cluster.Lease(cluster.Endpoints[1], timed: true);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Learn(cluster, Fast, default, Fast);

        Assert.Equal(0, cluster.Count(1000, _ => new PickContext { Now = cluster.Time.GetTimestamp() })[1]);

        stuck.End(AttemptOutcome.Neutral);
    }

    [Fact]
    public void More_attempts_in_flight_cost_more()
    {
        using TestCluster cluster = LeastLoad(3);
        Learn(cluster, Fast, Fast, Fast);
        cluster.Occupy(cluster.Endpoints[0], 1);
        cluster.Occupy(cluster.Endpoints[2], 2);

        Assert.Equal([0, 100, 0], cluster.Count(100));
    }

    [Fact]
    public void Without_load_the_shares_of_equally_fast_endpoints_are_their_weights()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 5, 2, 1, 1), Strategy, seed: 3);
        Learn(cluster, [.. Enumerable.Repeat(Fast, 5)]);

        int[] counts = cluster.Count(50_000);

        // A later draw wins only if it is less full, so the first draw decides, which is by weight.
        Assert.InRange(ChiSquare.Statistic(counts, [1, 5, 2, 1, 1]), 0, ChiSquare.CriticalValue(5));
    }

    [Fact]
    public void With_attempts_in_flight_a_larger_weight_takes_more_of_them()
    {
        using var cluster = new TestCluster(TestCluster.Weighted(1, 5), Strategy, seed: 3);
        Learn(cluster, Fast, Fast);
        for (int i = 0; i < 120; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.InRange(cluster.Endpoints[1].InFlight / (double)cluster.Endpoints[0].InFlight, 4, 6);
    }

    [Fact]
    public void A_failure_counts_as_a_slow_response_up_to_the_cap()
    {
        using TestCluster cluster = LeastLoad(1);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        Learn(cluster, TimeSpan.FromMilliseconds(1));

        // Twice the known latency each time, at least the penalty, and so late that only the last sample counts.
        foreach (int expected in new[] { 5, 10, 20, 30, 30 })
        {
            cluster.Time.Advance(TimeSpan.FromHours(1));
            Respond(cluster, endpoint, TimeSpan.FromMilliseconds(1), AttemptOutcome.Failure(FailureKind.ErrorResponse));
            Assert.Equal(expected, endpoint.Latency!.Value.TotalSeconds, 6);
        }
    }

    [Fact]
    public void An_endpoint_that_fails_immediately_is_not_preferred()
    {
        using TestCluster cluster = LeastLoad(3);
        Learn(cluster, Fast, Fast, Fast);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Respond(cluster, cluster.Endpoints[1], TimeSpan.FromMicroseconds(100), AttemptOutcome.Failure(FailureKind.ErrorResponse));

        Assert.Equal(0, cluster.Count(300)[1]);
    }

    [Fact]
    public void A_broken_body_turns_success_into_a_failure()
    {
        using TestCluster cluster = LeastLoad(1);
        Learn(cluster, Fast);
        EndpointLease lease = cluster.Balancer.Pick();
        lease.Report(AttemptOutcome.Success);
        cluster.Time.Advance(TimeSpan.FromHours(1));
        lease.End(AttemptOutcome.Failure(FailureKind.Reset));

        Assert.Equal(30, cluster.Endpoints[0].Latency!.Value.TotalSeconds, 6);
    }

    [Fact]
    public void An_endpoint_that_sent_RetryAfter_is_avoided_until_then_up_to_the_cap()
    {
        using TestCluster cluster = LeastLoad(3, static options => options.LeastLoad.MaxFailurePenalty = TimeSpan.FromSeconds(20));
        Learn(cluster, Fast, Fast, Fast);
        Respond(cluster, cluster.Endpoints[0], Fast, AttemptOutcome.Failure(FailureKind.Gateway, cluster.Time.GetUtcNow() + TimeSpan.FromSeconds(10)));
        Respond(cluster, cluster.Endpoints[1], Fast, AttemptOutcome.Failure(FailureKind.Gateway, cluster.Time.GetUtcNow() + TimeSpan.FromDays(10)));
        Assert.Equal([0, 0, 100], CountNow());

        // Both look slow after their failure, so that an attempt on them is the one after the pause.
        cluster.Time.Advance(TimeSpan.FromSeconds(9));
        Learn(cluster, default, default, Fast);
        Assert.Equal([0, 0, 100], CountNow());

        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        Learn(cluster, default, default, Fast);
        int[] counts = CountNow();
        Assert.InRange(counts[0], 1, 100);
        Assert.Equal(0, counts[1]);

        cluster.Time.Advance(TimeSpan.FromSeconds(10));
        Learn(cluster, Fast, default, Fast);
        Assert.InRange(CountNow()[1], 1, 100);

        int[] CountNow() => cluster.Count(100, _ => new PickContext { Now = cluster.Time.GetTimestamp() });
    }

    [Fact]
    public void A_cancelled_attempt_counts_with_the_time_waited()
    {
        using TestCluster cluster = LeastLoad(1);
        Learn(cluster, TimeSpan.FromMilliseconds(50));
        cluster.Time.Advance(TimeSpan.FromHours(1));
        Respond(cluster, cluster.Endpoints[0], TimeSpan.FromMilliseconds(20), AttemptOutcome.Neutral);
        Assert.Equal(50, cluster.Endpoints[0].Latency!.Value.TotalMilliseconds, 3);

        Respond(cluster, cluster.Endpoints[0], TimeSpan.FromMilliseconds(400), AttemptOutcome.Neutral);
        Assert.Equal(400, cluster.Endpoints[0].Latency!.Value.TotalMilliseconds, 3);
    }

    [Fact]
    public void New_endpoints_get_the_first_attempts_one_each()
    {
        using TestCluster cluster = LeastLoad(20);
        Learn(cluster, [.. Enumerable.Repeat(Fast, 20)]);
        cluster.Update([.. Enumerable.Range(1, 22).Select(TestCluster.Address)]);

        Assert.Equal(cluster.Endpoints.Skip(20), new[] { cluster.PickOne(), cluster.PickOne() }.OrderBy(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void A_new_endpoint_is_tried_gradually()
    {
        using TestCluster cluster = LeastLoad(5);
        Learn(cluster, Fast, Fast, Fast, Fast, Fast);
        cluster.Update([.. Enumerable.Range(1, 6).Select(TestCluster.Address)]);
        UpstreamEndpoint added = cluster.Endpoints[5];

        // One while nothing is known, then two, then four.
        var leases = new List<EndpointLease>();
        foreach (int allowed in new[] { 1, 2, 4 })
        {
            for (int i = 0; i < 100; i++)
            {
                EndpointLease lease = cluster.Balancer.Pick();
                if (lease.Endpoint == added)
                {
                    leases.Add(lease);
                }
            }

            Assert.Equal(allowed, added.InFlight);
            EndpointLease oldest = leases[0];
            leases.RemoveAt(0);
            oldest.End(AttemptOutcome.Success);
        }
    }

    [Fact]
    public void When_all_endpoints_are_new_and_busy_requests_are_still_served()
    {
        using TestCluster cluster = LeastLoad(4);
        for (int i = 0; i < 40; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.Equal([10, 10, 10, 10], cluster.Endpoints.Select(static endpoint => endpoint.InFlight));
    }

    [Fact]
    public void Equal_endpoints_have_equal_shares()
    {
        using TestCluster cluster = LeastLoad(10);
        Learn(cluster, [.. Enumerable.Repeat(Fast, 10)]);

        // With exactly equal costs the first of three draws wins.
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints)
        {
            Assert.Equal(Fast, endpoint.Latency);
        }

        long now = cluster.Time.GetTimestamp() + (long)1e12;
        Assert.InRange(ChiSquare.Statistic(cluster.Count(50_000, _ => new PickContext { Now = now })), 0, ChiSquare.CriticalValue(10));
    }

    [Fact]
    public void Waiting_attempts_free_their_entries_however_they_end()
    {
        using TestCluster cluster = LeastLoad(1);
        EndpointLoad load = cluster.Endpoints[0].Load;
        EndpointLease[] leases = [.. Enumerable.Range(0, 20).Select(_ => cluster.Balancer.Pick())];
        Assert.NotEqual(long.MaxValue, load.OldestWaiting);

        for (int i = 0; i < leases.Length; i++)
        {
            switch (i % 4)
            {
                case 0:
                    leases[i].Dispose();
                    break;
                case 1:
                    leases[i].Report(AttemptOutcome.Success);
                    break;
                case 2:
                    leases[i].End(AttemptOutcome.Neutral);
                    break;
                default:
                    leases[i].Report(AttemptOutcome.Success);
                    leases[i].End(AttemptOutcome.Failure(FailureKind.Reset));
                    break;
            }
        }

        Assert.Equal(long.MaxValue, load.OldestWaiting);
    }

    [Fact]
    public void The_oldest_waiting_attempt_is_exact_up_to_eight()
    {
        using TestCluster cluster = LeastLoad(1);
        EndpointLoad load = cluster.Endpoints[0].Load;
        var leases = new List<(long Start, EndpointLease Lease)>();
        for (int i = 0; i < 8; i++)
        {
            cluster.Time.Advance(Fast);
            leases.Add((cluster.Time.GetTimestamp(), cluster.Balancer.Pick()));
        }

        RandomSource random = RandomSource.Seeded(81);
        while (leases.Count > 0)
        {
            Assert.Equal(leases.Min(static lease => lease.Start), load.OldestWaiting);
            int next = (int)(random.NextUInt64() % (ulong)leases.Count);
            leases[next].Lease.End(AttemptOutcome.Success);
            leases.RemoveAt(next);
        }
    }

    [Fact]
    public void Concurrent_attempts_leave_no_waiting_entry_behind()
    {
        // A start left behind would make the endpoint look ever slower.
        var load = new EndpointLoad();
        long clock = 0;
        for (int round = 0; round < 200; round++)
        {
            Parallel.For(0, 4, _ =>
            {
                for (int i = 0; i < 500; i++)
                {
                    int first = load.BeginWaiting(Interlocked.Increment(ref clock));
                    int second = load.BeginWaiting(Interlocked.Increment(ref clock));
                    load.EndWaiting(first);
                    load.EndWaiting(second);
                }
            });
            Assert.Equal(long.MaxValue, load.OldestWaiting);
        }
    }

    [Fact]
    public void Latency_is_measured_only_for_strategies_that_use_it()
    {
        using var cluster = new TestCluster(1);
        Respond(cluster, cluster.Endpoints[0], Fast);

        Assert.Null(cluster.Endpoints[0].Latency);
    }

    [Fact]
    public void Concurrent_samples_all_count()
    {
        var load = new EndpointLoad();
        load.AddLatency(1, now: 1, decay: 1000);
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 1000; i++)
            {
                load.AddLatency(1, now: 1 + i, decay: 1000);
            }
        });

        Assert.Equal(4001, load.Samples);
        Assert.Equal(1, load.Latency, 9);
    }

    private static TestCluster LeastLoad(int endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        Strategy(options);
        configure?.Invoke(options);
    });

    private static void Strategy(LoadBalancingOptions options)
    {
        options.Strategy = LoadBalancingStrategies.LeastLoad;
        options.OutlierDetection.ConsecutiveErrors = 0;
    }

    /// <summary>Gives each endpoint enough samples of one latency to count as known; the clock does not advance.</summary>
    private static void Learn(TestCluster cluster, params TimeSpan[] latencies)
    {
        for (int i = 0; i < latencies.Length; i++)
        {
            for (int sample = 0; sample < 5 && latencies[i] > TimeSpan.Zero; sample++)
            {
                long now = cluster.Time.GetTimestamp();
                cluster.Endpoints[i].Load.EndWaiting(cluster.Endpoints[i].Load.BeginWaiting(now));
                cluster.Endpoints[i].Load.AddLatency(latencies[i].TotalSeconds, now, 10.0 * cluster.Time.TimestampFrequency);
            }
        }
    }

    private static void Respond(TestCluster cluster, UpstreamEndpoint endpoint, TimeSpan after, AttemptOutcome? outcome = null)
    {
        EndpointLease lease = cluster.Lease(endpoint, timed: true);
        cluster.Time.Advance(after);
        lease.End(outcome ?? AttemptOutcome.Success);
    }
}
