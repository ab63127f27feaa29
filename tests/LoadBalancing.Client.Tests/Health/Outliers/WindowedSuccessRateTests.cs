using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The success rate over a sliding window, for each endpoint by itself: at least 20 requests in 10 s, ejected below 80 %.</summary>
public sealed class WindowedSuccessRateTests
{
    [Fact]
    public void Every_third_request_failing_is_detected_without_consecutive_failures()
    {
        using TestCluster cluster = Windowed();
        UpstreamEndpoint bad = cluster.Endpoints[0];
        for (int i = 1; i <= 19; i++)
        {
            cluster.Serve(bad, i % 3 == 0 ? 0 : 1, i % 3 == 0 ? 1 : 0);
        }

        Assert.Empty(cluster.Ejected);
        cluster.Succeed(bad);

        Assert.Equal(OutlierDetectorKind.WindowedSuccessRate, bad.EjectedBy);
        Assert.Equal("14 of 20 requests in 10 s succeeded, 70 %; below 80 %", bad.HealthReason);
    }

    [Theory]
    [InlineData(16, 4, false)]
    [InlineData(15, 5, true)]
    public void A_rate_exactly_at_the_threshold_does_not_eject(int successes, int failures, bool ejected)
    {
        using TestCluster cluster = Windowed();

        cluster.Serve(cluster.Endpoints[0], successes, failures);

        Assert.Equal(ejected, cluster.Ejected.Count == 1);
    }

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public void It_needs_its_request_volume(int failures, bool ejected)
    {
        using TestCluster cluster = Windowed();

        cluster.Fail(cluster.Endpoints[0], failures);

        Assert.Equal(ejected, cluster.Ejected.Count == 1);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Attempts_older_than_the_window_do_not_count(int secondsBetween, bool ejected)
    {
        using TestCluster cluster = Windowed();
        cluster.Fail(cluster.Endpoints[0], 10);
        cluster.Time.Advance(TimeSpan.FromSeconds(secondsBetween));

        cluster.Fail(cluster.Endpoints[0], 10);

        Assert.Equal(ejected, cluster.Ejected.Count == 1);
    }

    [Fact]
    public void After_an_idle_gap_of_any_length_the_window_is_empty()
    {
        using TestCluster cluster = Windowed();
        foreach (TimeSpan gap in new[] { TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(25), TimeSpan.FromHours(5), TimeSpan.FromDays(3) })
        {
            cluster.Fail(cluster.Endpoints[0], 19);
            Assert.Empty(cluster.Ejected);
            cluster.Time.Advance(gap);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_000)]
    public void The_request_rate_makes_no_difference(int perSecond)
    {
        using TestCluster cluster = Windowed();
        UpstreamEndpoint bad = cluster.Endpoints[0];
        UpstreamEndpoint good = cluster.Endpoints[1];
        for (int second = 0; second < 30; second++)
        {
            cluster.Serve(bad, perSecond * 70 / 100, perSecond - (perSecond * 70 / 100));
            cluster.Serve(good, perSecond - (perSecond / 10), perSecond / 10);
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        // With one request a second the window never holds 20.
        Assert.Equal(perSecond == 1 ? [] : [bad], cluster.Ejected);
    }

    [Fact]
    public void Counts_from_before_an_ejection_do_not_count_in_the_next_generation()
    {
        using TestCluster cluster = Windowed(static options =>
        {
            options.Interval = TimeSpan.FromSeconds(1);
            options.BaseEjectionTime = TimeSpan.FromSeconds(1);
            options.MaxEjectionTimeJitter = TimeSpan.Zero;
        });
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Fail(endpoint, 20);
        cluster.RunTo(TimeSpan.FromSeconds(1));
        Assert.Equal(EndpointHealth.Available, endpoint.Health);

        cluster.Fail(endpoint, 19);
        Assert.Equal(EndpointHealth.Available, endpoint.Health);

        cluster.Fail(endpoint);
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
    }

    [Fact]
    public void A_detection_that_the_quota_refuses_resets_the_window()
    {
        using TestCluster cluster = Windowed(static options => options.MaxEjectionPercent = 0);
        var refusals = new Refusals();
        using IDisposable subscription = cluster.Balancer.Subscribe(refusals);

        cluster.Fail(cluster.Endpoints[0], 59);

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([(20, 20), (20, 20)], refusals.Seen.Select(static refusal => ((int)refusal.FailureCount, (int)refusal.AttemptCount)));
        Assert.All(refusals.Seen, static refusal => Assert.True(refusal.IsEnforced));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void A_reload_to_another_length_starts_a_new_window_and_continues_counting(int seconds)
    {
        using TestCluster cluster = Windowed();
        cluster.Time.Advance(TimeSpan.FromHours(1));
        cluster.Serve(cluster.Endpoints[0], 15, 4);

        cluster.Configure(
            options => options.OutlierDetection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { Window = TimeSpan.FromSeconds(seconds) });
        cluster.Fail(cluster.Endpoints[0], 19);
        Assert.Empty(cluster.Ejected);
        cluster.Fail(cluster.Endpoints[0]);

        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void Added_and_removed_endpoints_do_not_change_the_counts_of_others()
    {
        using TestCluster cluster = Windowed();
        cluster.Fail(cluster.Endpoints[0], 19);

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(9)]);
        Assert.Empty(cluster.Ejected);
        cluster.Fail(cluster.Endpoints[0]);

        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void Successes_count_in_their_step_even_without_failures_for_a_long_time()
    {
        using TestCluster cluster = Windowed();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        for (int second = 0; second < 40; second++)
        {
            // 4 per second: the last ten seconds hold 40, and 9 failures make 9 of 49.
            cluster.Serve(endpoint, 4, 0);
            cluster.Time.Advance(TimeSpan.FromSeconds(1));
        }

        cluster.Fail(endpoint, 9);
        Assert.Empty(cluster.Ejected);
        cluster.Fail(endpoint);

        Assert.Equal("36 of 46 requests in 10 s succeeded, 78.3 %; below 80 %", endpoint.HealthReason);
    }

    [Fact]
    public void A_success_is_evaluated_while_a_failure_is_in_the_window_and_not_after()
    {
        using TestCluster cluster = Windowed();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Serve(endpoint, 14, 5);
        cluster.Run(TimeSpan.FromSeconds(9));

        cluster.Succeed(endpoint);

        Assert.Equal("15 of 20 requests in 10 s succeeded, 75 %; below 80 %", endpoint.HealthReason);
    }

    [Fact]
    public void Reloads_and_disposal_leave_no_timer()
    {
        var time = new CountingTimeProvider();
        OutlierDetectionSettings settings = OutlierDetectionSettings.From(
            new OutlierDetectionOptions { WindowedSuccessRate = new WindowedSuccessRateOutlierOptions() });
        var detector = new OutlierDetector(settings, new IgnoredEjectionEvents(), time, RandomSource.Seeded(1), TestGuard.Create());
        int before = time.TimersAlive;

        for (int i = 0; i < 10; i++)
        {
            detector.Configure(settings with { Interval = TimeSpan.FromSeconds(i + 1) });
        }

        Assert.Equal(before, time.TimersAlive);
        detector.Dispose();
        Assert.Equal(0, time.TimersAlive);
    }

    [Fact]
    public void After_a_pause_the_step_matches_the_clock_immediately_and_then_advances_with_it()
    {
        var time = new FakeTimeProvider();
        using var steps = new WindowSteps(TimeSpan.FromSeconds(1), time, time.GetTimestamp());
        Assert.Equal(0, steps.Current);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, steps.Current);

        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3601, steps.Current);
        time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(3601, steps.Current);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3602, steps.Current);
    }

    [Fact]
    public void A_streak_is_detected_before_the_window_is_evaluated()
    {
        using var cluster = new TestCluster(
            configure: static options => options.OutlierDetection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { RequestVolume = 5 });

        cluster.Fail(cluster.Endpoints[0], 5);

        Assert.Equal(OutlierDetectorKind.ConsecutiveErrors, cluster.Endpoints[0].EjectedBy);
    }

    [Fact]
    public async Task A_bucket_counts_exactly_when_many_threads_share_it_and_time_advances()
    {
        const int Threads = 8;
        const int Each = 20_000;
        var window = new OutcomeWindow(generation: 0, stepTicks: 1);
        using var start = new Barrier(Threads);
        Task[] threads = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < Each; i++)
                {
                    window.Add(1000 + (i / (Each / 10)), success: thread % 2 == 0);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        await Task.WhenAll(threads);

        Assert.Equal(new OutcomeTotals(Threads * Each / 2, Threads * Each), window.Count(1009));
    }

    [Fact]
    public void A_report_delayed_by_a_whole_window_is_dropped()
    {
        var window = new OutcomeWindow(generation: 0, stepTicks: 1);
        window.Add(25, success: true);

        window.Add(15, success: false);

        Assert.Equal(new OutcomeTotals(1, 1), window.Count(25));
        Assert.Equal(default, window.Count(35));
    }

    private static TestCluster Windowed(Action<OutlierDetectionOptions>? configure = null) => new(configure: options =>
    {
        options.OutlierDetection.ConsecutiveErrors = 0;
        options.OutlierDetection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions();
        configure?.Invoke(options.OutlierDetection);
    });

    private sealed class Refusals : LoadBalancerObserver
    {
        public List<EjectionEvent> Seen { get; } = [];

        public override void OnEjectionRefused(EjectionEvent ejection) => Seen.Add(ejection);
    }
}
