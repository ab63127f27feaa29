using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>Health checks on a manual clock: every 10 s, unhealthy after 3 failures, healthy after 2 passes; the first result takes effect by itself.</summary>
public sealed class ActiveCheckTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [Fact]
    public void The_first_result_takes_effect_by_itself_either_way()
    {
        using TestCluster cluster = Checked();
        cluster.Probe.GetResult = FailFor("10.0.0.2");

        cluster.Time.Advance(Interval);

        Assert.Equal([EndpointHealth.Available, EndpointHealth.Unhealthy], cluster.Endpoints.Select(static endpoint => endpoint.Health));
        Assert.Equal("its health check failed: down", cluster.Endpoints[1].HealthReason);
        Assert.Null(cluster.Endpoints[1].EjectedBy);
        Assert.Equal([cluster.Endpoints[0]], cluster.PickMany(10).Keys);
    }

    [Fact]
    public void Before_the_first_result_an_endpoint_counts_as_healthy()
    {
        using TestCluster cluster = Checked();

        Assert.Empty(cluster.Probe.ProbedEndpoints);
        Assert.Equal(2, cluster.PickMany(10).Count);
    }

    [Fact]
    public void After_that_a_change_takes_three_consecutive_failures_or_two_consecutive_passes()
    {
        using TestCluster cluster = Checked();
        cluster.Run(Interval);

        cluster.Probe.GetResult = Fail("down");
        AssertAfter(cluster, EndpointHealth.Available, EndpointHealth.Available, EndpointHealth.Unhealthy, EndpointHealth.Unhealthy);

        cluster.Probe.GetResult = Pass;
        AssertAfter(cluster, EndpointHealth.Unhealthy, EndpointHealth.Available, EndpointHealth.Available);
    }

    [Fact]
    public void One_pass_between_failures_resets_the_count_and_one_failure_between_passes_too()
    {
        using TestCluster cluster = Checked();
        cluster.Run(Interval);
        foreach (bool passes in new[] { false, false, true, false, false, true })
        {
            cluster.Probe.GetResult = passes ? Pass : Fail("down");
            AssertAfter(cluster, EndpointHealth.Available);
        }

        cluster.Probe.GetResult = Fail("down");
        AssertAfter(cluster, EndpointHealth.Available, EndpointHealth.Available, EndpointHealth.Unhealthy);
        foreach (bool passes in new[] { true, false, true })
        {
            cluster.Probe.GetResult = passes ? Pass : Fail("down");
            AssertAfter(cluster, EndpointHealth.Unhealthy);
        }

        cluster.Probe.GetResult = Pass;
        AssertAfter(cluster, EndpointHealth.Available);
    }

    [Fact]
    public void An_immediate_failure_makes_it_unhealthy_immediately()
    {
        using TestCluster cluster = Checked();
        cluster.Run(Interval);

        cluster.Probe.GetResult = static (_, _) => new ValueTask<ProbeResult>(ProbeResult.UnhealthyImmediately("responded with 503"));

        AssertAfter(cluster, EndpointHealth.Unhealthy);
    }

    [Fact]
    public void A_probe_that_throws_has_failed_and_the_next_one_is_sent()
    {
        using TestCluster cluster = Checked();
        cluster.Probe.GetResult = static (_, _) => throw new InvalidOperationException("no such thing");
        SecondsToNext(cluster);
        Assert.Equal("its health check failed: no such thing", cluster.Endpoints[0].HealthReason);

        cluster.Probe.GetResult = Pass;

        AssertAfter(cluster, EndpointHealth.Unhealthy, EndpointHealth.Available);
    }

    [Fact]
    public void An_exception_without_a_message_is_reported_by_its_type()
    {
        using TestCluster cluster = Checked();
        cluster.Probe.GetResult = static (_, _) => throw new InvalidOperationException("");

        SecondsToNext(cluster);

        Assert.Equal("its health check failed: InvalidOperationException", cluster.Endpoints[0].HealthReason);
    }

    [Fact]
    public void A_pass_below_the_threshold_keeps_the_reason_and_reports_the_pass()
    {
        using TestCluster cluster = Checked(endpoints: 1);
        cluster.Probe.GetResult = Fail("down");
        SecondsToNext(cluster);
        Assert.Equal(ProbeResult.Unhealthy("down"), cluster.Endpoints[0].LastProbeResult);

        cluster.Probe.GetResult = Pass;
        SecondsToNext(cluster);

        Assert.Equal(
            (EndpointHealth.Unhealthy, "its health check failed: down", ProbeResult.Healthy),
            (cluster.Endpoints[0].Health, cluster.Endpoints[0].HealthReason, cluster.Endpoints[0].LastProbeResult));
        SecondsToNext(cluster);
        Assert.Equal((EndpointHealth.Available, null), (cluster.Endpoints[0].Health, cluster.Endpoints[0].HealthReason));
    }

    [Fact]
    public void A_probe_that_hangs_times_out_and_no_second_one_runs_concurrently()
    {
        using TestCluster cluster = Checked(endpoints: 1);
        var hanging = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (_, _) => new ValueTask<ProbeResult>(hanging.Task);
        SecondsToNext(cluster);
        Assert.Equal(EndpointHealth.Available, cluster.Endpoints[0].Health);

        cluster.Run(TimeSpan.FromSeconds(2));
        Assert.Equal("its health check failed: no result within 2 s", cluster.Endpoints[0].HealthReason);
        cluster.Run(TimeSpan.FromMinutes(3));
        Assert.Single(cluster.Probe.ProbedEndpoints);
        Assert.Equal("its health check failed: the previous probe still hangs", cluster.Endpoints[0].HealthReason);

        hanging.SetResult(ProbeResult.Healthy);
        cluster.Probe.GetResult = Pass;
        AssertAfter(cluster, EndpointHealth.Unhealthy, EndpointHealth.Available);
    }

    [Fact]
    public void A_late_exception_of_an_abandoned_probe_is_ignored()
    {
        const string Last = "the last words of a probe that was left behind";
        var unobserved = new ConcurrentQueue<Exception>();
        void Observe(object? sender, UnobservedTaskExceptionEventArgs args) => unobserved.Enqueue(args.Exception);
        TaskScheduler.UnobservedTaskException += Observe;
        try
        {
            LeaveBehind(Last);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Observe;
        }

        Assert.DoesNotContain(unobserved, static exception => exception.ToString().Contains(Last, StringComparison.Ordinal));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void LeaveBehind(string words)
        {
            using TestCluster cluster = Checked(endpoints: 1);
            var hanging = new TaskCompletionSource<ProbeResult>();
            cluster.Probe.GetResult = (_, _) => new ValueTask<ProbeResult>(hanging.Task);
            SecondsToNext(cluster);
            cluster.Run(TimeSpan.FromSeconds(2));
            hanging.SetException(new InvalidOperationException(words));
        }
    }

    [Fact]
    public void Each_state_has_its_own_interval()
    {
        using TestCluster cluster = Checked(endpoints: 1, configure: static check =>
        {
            check.UnhealthyInterval = TimeSpan.FromSeconds(7);
            check.UnhealthyEdgeInterval = TimeSpan.FromSeconds(3);
            check.HealthyEdgeInterval = TimeSpan.FromSeconds(5);
        });
        SecondsToNext(cluster);
        Assert.Equal(10, SecondsToNext(cluster));

        // Healthy and starting to fail, twice; then unhealthy.
        cluster.Probe.GetResult = Fail("down");
        Assert.Equal([10, 3, 3], [SecondsToNext(cluster), SecondsToNext(cluster), SecondsToNext(cluster)]);
        Assert.Equal(EndpointHealth.Unhealthy, cluster.Endpoints[0].Health);
        Assert.Equal([7, 7], [SecondsToNext(cluster), SecondsToNext(cluster)]);

        // Unhealthy and starting to pass; then healthy.
        cluster.Probe.GetResult = Pass;
        Assert.Equal([7, 5], [SecondsToNext(cluster), SecondsToNext(cluster)]);
        Assert.Equal(EndpointHealth.Available, cluster.Endpoints[0].Health);
        Assert.Equal(10, SecondsToNext(cluster));
    }

    [Fact]
    public void Jitter_adds_at_most_its_percentage_and_first_probes_are_spread_over_an_interval()
    {
        var first = new List<int>();
        var later = new List<int>();
        for (int seed = 0; seed < 40; seed++)
        {
            using TestCluster cluster = Checked(endpoints: 1, seed: seed, configure: static check => check.IntervalJitterPercent = 50);
            first.Add(SecondsToNext(cluster));
            later.Add(SecondsToNext(cluster));
        }

        Assert.All(first, static seconds => Assert.InRange(seconds, 0, 10));
        Assert.All(later, static seconds => Assert.InRange(seconds, 10, 15));
        Assert.True(first.Distinct().Count() > 5);
        Assert.True(later.Distinct().Count() > 3);
    }

    [Fact]
    public void Without_traffic_probes_slow_down_and_with_traffic_they_do_not()
    {
        using TestCluster cluster = Checked(endpoints: 1);
        cluster.Run(TimeSpan.FromMinutes(5));
        int idle = cluster.Probe.ProbedEndpoints.Count;
        Assert.InRange(idle, 5, 7);

        for (int second = 0; second < 300; second++)
        {
            cluster.Balancer.Pick().End(AttemptOutcome.Success);
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        // The first probe can be up to a minute away.
        Assert.InRange(cluster.Probe.ProbedEndpoints.Count - idle, 25, 31);
    }

    [Fact]
    public void A_request_in_flight_is_traffic()
    {
        using TestCluster cluster = Checked(endpoints: 1);
        using EndpointLease stream = cluster.Balancer.Pick();

        cluster.Run(TimeSpan.FromMinutes(20));

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count, 115, 121);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Requests_in_flight_on_some_or_all_endpoints_are_traffic(int idleEndpoints)
    {
        using TestCluster cluster = Checked(endpoints: 2 + idleEndpoints);
        EndpointLease[] streams = [cluster.Lease(cluster.Endpoints[0]), cluster.Lease(cluster.Endpoints[1])];

        cluster.Run(TimeSpan.FromMinutes(5));

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count(endpoint => endpoint == cluster.Endpoints[0]), 29, 31);
        Array.ForEach(streams, static stream => stream.End());
    }

    [Theory]
    [InlineData(FailureKind.ErrorResponse)]
    [InlineData(null)]
    public void Failed_and_neutral_attempts_are_traffic_like_successes(FailureKind? failure)
    {
        using TestCluster cluster = Checked(endpoints: 2, configure: null, options: static options => options.OutlierDetection.ConsecutiveErrors = 0);
        for (int second = 0; second < 300; second++)
        {
            cluster.Succeed(cluster.Endpoints[0]);
            cluster.Lease(cluster.Endpoints[0]).End(failure is { } kind ? AttemptOutcome.Failure(kind) : AttemptOutcome.Neutral);
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count(endpoint => endpoint == cluster.Endpoints[1]), 29, 31);
    }

    [Theory]
    [InlineData(FailureKind.ErrorResponse)]
    [InlineData(null)]
    public void One_attempt_between_two_probes_keeps_the_interval_whatever_its_outcome(FailureKind? failure)
    {
        using TestCluster cluster = Checked(endpoints: 2, configure: null, options: static options => options.OutlierDetection.ConsecutiveErrors = 0);
        cluster.Succeed(cluster.Endpoints[1]);
        cluster.Succeed(cluster.Endpoints[1]);
        for (int i = 0; i < 60; i++)
        {
            cluster.Lease(cluster.Endpoints[i < 2 ? 1 : 0]).End(failure is { } kind ? AttemptOutcome.Failure(kind) : AttemptOutcome.Neutral);
            cluster.Run(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count(endpoint => endpoint == cluster.Endpoints[0]), 29, 31);
    }

    [Theory]
    [InlineData(15, 10)]
    [InlineData(60, 5)]
    public void Without_traffic_the_longer_of_the_two_intervals_applies(int noTrafficSeconds, int checks)
    {
        using TestCluster cluster = Checked(endpoints: 1, configure: check =>
        {
            check.Interval = TimeSpan.FromSeconds(30);
            check.NoTrafficInterval = TimeSpan.FromSeconds(noTrafficSeconds);
        });

        cluster.Run(TimeSpan.FromMinutes(5));

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count, checks, checks + 1);
    }

    [Fact]
    public void One_idle_interval_selects_the_longer_interval_and_the_full_idle_time_stops_health_checks()
    {
        using TestCluster cluster = Checked(endpoints: 1, configure: static check => check.StopAfterIdle = TimeSpan.FromSeconds(70));
        SecondsToNext(cluster);
        int asked = cluster.Probe.ProbedEndpoints.Count;

        // The probe has just seen the last request. The next probe follows after 10 s and the one after that 60 s later, which is 70 s without traffic.
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(asked + 1, cluster.Probe.ProbedEndpoints.Count);
        cluster.Run(TimeSpan.FromSeconds(59));
        Assert.Equal(asked + 1, cluster.Probe.ProbedEndpoints.Count);
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(asked + 2, cluster.Probe.ProbedEndpoints.Count);
        cluster.Run(TimeSpan.FromHours(1));
        Assert.Equal(asked + 2, cluster.Probe.ProbedEndpoints.Count);
    }

    [Fact]
    public void After_ten_idle_minutes_health_checks_stop_until_the_next_request()
    {
        using TestCluster cluster = Checked(endpoints: 2);
        cluster.Probe.GetResult = FailFor("10.0.0.2");
        cluster.Run(TimeSpan.FromMinutes(12));
        int asked = cluster.Probe.ProbedEndpoints.Count;
        cluster.Run(TimeSpan.FromHours(8));
        Assert.Equal(asked, cluster.Probe.ProbedEndpoints.Count);

        // All endpoints may be healthy by now: the request resets results to unknown, and both endpoints are probed immediately.
        cluster.Probe.GetResult = Pass;
        using (cluster.Balancer.Pick())
        {
            Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
        }

        Assert.Equal(asked + 2, cluster.Probe.ProbedEndpoints.Count);
        Assert.Equal(2, cluster.PickMany(10).Count);
        cluster.Run(Interval);
        Assert.Equal(asked + 4, cluster.Probe.ProbedEndpoints.Count);
    }

    [Fact]
    public void A_probe_in_flight_when_the_checker_resumes_has_no_concurrent_second_one()
    {
        using TestCluster cluster = Checked(endpoints: 2, configure: static check =>
        {
            check.Timeout = TimeSpan.FromHours(1);
            check.StopAfterIdle = TimeSpan.FromMinutes(1);
        });
        var slow = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (
            endpoint,
            _) => endpoint.Address.Host == "10.0.0.1" ? new ValueTask<ProbeResult>(slow.Task) : new ValueTask<ProbeResult>(ProbeResult.Healthy);
        cluster.Run(TimeSpan.FromMinutes(5));

        cluster.Balancer.Pick().End();
        cluster.Run(TimeSpan.FromSeconds(30));
        Assert.Single(cluster.Probe.ProbedEndpoints, endpoint => endpoint == cluster.Endpoints[0]);

        slow.SetResult(ProbeResult.Healthy);
        cluster.Balancer.Pick().End();
        cluster.Run(TimeSpan.FromSeconds(65));
        Assert.Equal(2, cluster.Probe.ProbedEndpoints.Count(endpoint => endpoint == cluster.Endpoints[0]));
    }

    [Fact]
    public void An_ejected_endpoint_stays_ejected_when_results_become_unknown()
    {
        using TestCluster cluster = Checked(
            endpoints: 4,
            configure: null,
            options: static options => options.OutlierDetection.BaseEjectionTime = TimeSpan.FromHours(1));
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Run(TimeSpan.FromMinutes(15));

        Assert.DoesNotContain(cluster.Endpoints[0], cluster.PickMany(20).Keys);
    }

    [Fact]
    public void Health_checks_can_continue_without_traffic_forever()
    {
        using TestCluster cluster = Checked(endpoints: 1, configure: static check => check.StopAfterIdle = Timeout.InfiniteTimeSpan);

        cluster.Run(TimeSpan.FromHours(1));

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count, 58, 62);
    }

    [Fact]
    public async Task With_StartUnhealthy_a_request_waits_for_the_first_passed_probe()
    {
        var pendingResult = new TaskCompletionSource<ProbeResult>();
        using TestCluster cluster = Starting(pendingResult);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Untested, endpoint.Health));
        Assert.Equal(2, cluster.Probe.ProbedEndpoints.Count);

        ValueTask<EndpointLease> pick = cluster.Balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(pick.IsCompleted);
        pendingResult.SetResult(ProbeResult.Healthy);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Contains(cluster.Endpoints, static endpoint => endpoint.Health == EndpointHealth.Available);

        using EndpointLease lease = await Soon(pick);
        Assert.Equal(EndpointHealth.Available, lease.Endpoint.Health);
    }

    [Fact]
    public void With_StartUnhealthy_the_exception_of_a_pick_that_does_not_wait_names_the_cause()
    {
        using TestCluster cluster = Starting(new TaskCompletionSource<ProbeResult>());

        var exception = Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        Assert.Equal(
            "None of the 2 endpoints of service 'catalog' has passed a health check yet (HealthCheck:StartUnhealthy): http://10.0.0.1:8080/ is untested " +
                "(it has not yet passed a health check); http://10.0.0.2:8080/ is untested (it has not yet passed a health check).",
            exception.Message);
    }

    [Fact]
    public async Task With_StartUnhealthy_a_waiting_request_keeps_health_checks_running_until_one_passes()
    {
        using TestCluster cluster = Starting(null);
        cluster.Run(TimeSpan.FromMinutes(30));
        int asked = cluster.Probe.ProbedEndpoints.Count;
        cluster.Probe.GetResult = Fail("down");

        ValueTask<EndpointLease> pick = cluster.Balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken);
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(asked + 2, cluster.Probe.ProbedEndpoints.Count);
        cluster.Run(TimeSpan.FromMinutes(2));

        Assert.InRange(cluster.Probe.ProbedEndpoints.Count, asked + 20, asked + 28);
        (await Soon(pick)).Dispose();
    }

    [Fact]
    public async Task With_StartUnhealthy_a_wait_ends_with_its_timeout()
    {
        using TestCluster cluster = Starting(new TaskCompletionSource<ProbeResult>());
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(1), cluster.Time);

        ValueTask<EndpointLease> pick = cluster.Balancer.PickAsync(cancellationToken: time.Token);
        cluster.Run(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pick);
    }

    [Fact]
    public void With_StartUnhealthy_an_added_endpoint_gets_no_traffic_until_it_has_passed()
    {
        using TestCluster cluster = Starting(null);
        var pendingResult = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (_, _) => new ValueTask<ProbeResult>(pendingResult.Task);

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(3)]);
        Assert.Equal(EndpointHealth.Untested, cluster.Endpoints[2].Health);
        Assert.Equal(2, cluster.PickMany(30).Count);

        pendingResult.SetResult(ProbeResult.Healthy);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, cluster.PickMany(30).Count);
    }

    [Fact]
    public void With_StartUnhealthy_untested_endpoints_get_no_traffic_in_panic_either()
    {
        using TestCluster cluster = Starting(null);
        cluster.Probe.GetResult = FailFor("10.0.0.1", "10.0.0.2");
        cluster.Run(TimeSpan.FromMinutes(4));
        cluster.Probe.GetResult = static (_, _) => new ValueTask<ProbeResult>(new TaskCompletionSource<ProbeResult>().Task);

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(3)]);

        Assert.Equal(
            [EndpointHealth.Unhealthy, EndpointHealth.Unhealthy, EndpointHealth.Untested],
            cluster.Endpoints.Select(static endpoint => endpoint.Health));
        Assert.Equal([10, 10], cluster.PickMany(20).Values);
        Assert.DoesNotContain(cluster.Endpoints[2], cluster.PickMany(20).Keys);
    }

    [Fact]
    public async Task With_StartUnhealthy_a_resumed_service_waits_for_its_first_result_again()
    {
        using TestCluster cluster = Starting(null);
        cluster.Run(TimeSpan.FromMinutes(30));
        int asked = cluster.Probe.ProbedEndpoints.Count;
        var pendingResult = new TaskCompletionSource<ProbeResult>();
        cluster.Probe.GetResult = (_, _) => new ValueTask<ProbeResult>(pendingResult.Task);

        ValueTask<EndpointLease> pick = cluster.Balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(asked + 2, cluster.Probe.ProbedEndpoints.Count);
        Assert.False(pick.IsCompleted);
        pendingResult.SetResult(ProbeResult.Healthy);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        Assert.Contains(cluster.Endpoints, static endpoint => endpoint.Health == EndpointHealth.Available);

        (await Soon(pick)).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_passed_probe_restores_an_ejected_endpoint_only_with_RestoreOnPass(bool returnOnPass)
    {
        using TestCluster cluster = Checked(configure: check => check.RestoreOnPass = returnOnPass);
        cluster.Fail(cluster.Endpoints[0], 5);

        cluster.Run(Interval);

        Assert.Equal(returnOnPass ? EndpointHealth.Available : EndpointHealth.Ejected, cluster.Endpoints[0].Health);
        Assert.Equal(returnOnPass, cluster.Logs
            .GetSnapshot()
            .Any(static log => log.Message.EndsWith("was restored, by health_check.", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_endpoint_both_ejected_and_unhealthy_is_available_when_both_are_over()
    {
        using TestCluster cluster = Checked(
            endpoints: 4,
            configure: null,
            options: static options => options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Probe.GetResult = FailFor("10.0.0.1");
        cluster.Run(Interval);
        cluster.Fail(endpoint, 5);
        Assert.Equal((EndpointHealth.Ejected, true), (endpoint.Health, endpoint.Status.IsFailingHealthChecks));

        cluster.RunTo(TimeSpan.FromMinutes(4));
        Assert.Equal(EndpointHealth.Unhealthy, endpoint.Health);

        cluster.Probe.GetResult = Pass;
        cluster.RunTo(TimeSpan.FromMinutes(7));
        Assert.Equal(EndpointHealth.Available, endpoint.Health);
    }

    [Fact]
    public void Health_changes_are_reported_once_each_with_their_reason()
    {
        using TestCluster cluster = Checked(endpoints: 2);
        using MetricRecorder metrics = cluster.Listen();
        var turns = new Turns();
        using IDisposable subscription = cluster.Balancer.Subscribe(turns);
        cluster.Probe.GetResult = FailFor("10.0.0.2");
        for (int i = 0; i < 3; i++)
        {
            cluster.Balancer.Pick().End();
            cluster.Run(Interval);
        }

        cluster.Probe.GetResult = Pass;
        cluster.Run(TimeSpan.FromMinutes(3));

        Assert.Equal(["10.0.0.1 passed", "10.0.0.2 down", "10.0.0.2 passed"], turns.Seen.Order(StringComparer.Ordinal));
        Assert.Single(
            cluster.Logs.GetSnapshot(),
            static log => log.Message == "Endpoint http://10.0.0.2:8080/ of service 'catalog' fails its health check and receives no traffic: down.");
        Assert.Equal(["failure", "success"], metrics.Totals("probes").Select(static total => total.Split("outcome=")[1].Split(' ')[0]));
    }

    [Fact]
    public void A_removed_endpoint_is_no_longer_probed_and_leaves_no_timer()
    {
        using TestCluster cluster = Checked(endpoints: 3);
        cluster.Update([TestCluster.Address(1)]);
        cluster.Run(TimeSpan.FromMinutes(5));
        Assert.Equal([cluster.Endpoints[0]], cluster.Probe.ProbedEndpoints.Distinct());

        int asked = cluster.Probe.ProbedEndpoints.Count;
        cluster.Stop();
        cluster.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(asked, cluster.Probe.ProbedEndpoints.Count);
    }

    [Fact]
    public void Health_checks_disabled_by_a_reload_leave_no_endpoint_unhealthy()
    {
        using TestCluster cluster = Checked();
        cluster.Probe.GetResult = Fail("down");
        cluster.Run(Interval);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Unhealthy, endpoint.Health));

        cluster.Configure(static options => options.HealthCheck.Kind = null);

        Assert.All(
            cluster.Endpoints,
            static endpoint => Assert.Equal((EndpointHealth.Available, (ProbeResult?)null), (endpoint.Health, endpoint.LastProbeResult)));
        int asked = cluster.Probe.ProbedEndpoints.Count;
        cluster.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(asked, cluster.Probe.ProbedEndpoints.Count);
    }

    [Fact]
    public void A_reload_that_does_not_change_health_checks_keeps_them_running()
    {
        using TestCluster cluster = Checked();
        cluster.Probe.GetResult = Fail("down");
        cluster.Run(Interval);

        cluster.Configure(static options => options.OutlierDetection.ConsecutiveErrors = 7);

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Unhealthy, endpoint.Health));
    }

    [Fact]
    public void Without_a_path_or_a_kind_health_checks_are_off()
    {
        using var cluster = new TestCluster();

        cluster.Run(TimeSpan.FromMinutes(5));

        Assert.Empty(cluster.Probe.ProbedEndpoints);
    }

    /// <summary>Returns the result of a completed pick, or fails.</summary>
    private static Task<EndpointLease> Soon(ValueTask<EndpointLease> pick) =>
        pick.AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    private static ValueTask<ProbeResult> Pass(UpstreamEndpoint endpoint, CancellationToken cancellationToken) => new(ProbeResult.Healthy);

    private static Func<UpstreamEndpoint, CancellationToken, ValueTask<ProbeResult>> Fail(string reason) =>
        (_, _) => new ValueTask<ProbeResult>(ProbeResult.Unhealthy(reason));

    private static Func<UpstreamEndpoint, CancellationToken, ValueTask<ProbeResult>> FailFor(params string[] hosts) =>
        (endpoint, _) => new ValueTask<ProbeResult>(hosts.Contains(endpoint.Address.Host) ? ProbeResult.Unhealthy("down") : ProbeResult.Healthy);

    private static TestCluster Checked(
        int endpoints = 2,
        Action<ActiveHealthCheckOptions>? configure = null,
        int seed = 1,
        Action<LoadBalancingOptions>? options = null) => new(
        endpoints,
        all =>
        {
            all.HealthCheck.Kind = HealthCheckKind.Custom;
            all.HealthCheck.IntervalJitterPercent = 0;
            configure?.Invoke(all.HealthCheck);
            options?.Invoke(all);
        },
        seed);

    /// <summary>Two endpoints that have to pass their first probe; null: they have passed it.</summary>
    private static TestCluster Starting(TaskCompletionSource<ProbeResult>? pendingResult)
    {
        TestCluster cluster = new([], static options =>
        {
            options.HealthCheck.Kind = HealthCheckKind.Custom;
            options.HealthCheck.IntervalJitterPercent = 0;
            options.HealthCheck.StartUnhealthy = true;
        });
        cluster.Probe.GetResult = pendingResult is null ? Pass : (_, _) => new ValueTask<ProbeResult>(pendingResult.Task);
        cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);
        cluster.Run(TimeSpan.FromMilliseconds(1));
        return cluster;
    }

    /// <summary>Advances from probe to probe, with continuous traffic, and reads the first endpoint after each.</summary>
    private static void AssertAfter(TestCluster cluster, params EndpointHealth[] expected)
    {
        foreach (EndpointHealth health in expected)
        {
            SecondsToNext(cluster);
            Assert.Equal(health, cluster.Endpoints[0].Health);
        }
    }

    /// <summary>Advances, with traffic, to the next probe of the first endpoint.</summary>
    private static int SecondsToNext(TestCluster cluster)
    {
        int Checks() => cluster.Probe.ProbedEndpoints.Count(endpoint => endpoint == cluster.Endpoints[0]);
        int before = Checks();
        for (int seconds = 1; seconds < 100; seconds++)
        {
            cluster.Balancer.TryPick(default)?.End();
            cluster.Run(TimeSpan.FromSeconds(1));
            if (Checks() > before)
            {
                return seconds;
            }
        }

        throw new InvalidOperationException("There was no probe.");
    }

    private sealed class Turns : LoadBalancerObserver
    {
        public List<string> Seen { get; } = [];

        public override void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset at) => Seen.Add($"{endpoint.Address.Host} {result}");
    }
}
