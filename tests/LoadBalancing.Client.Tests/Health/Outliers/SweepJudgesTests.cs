using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Endpoints that are evaluated at the sweep by their success rate since the last one.</summary>
public sealed class SweepJudgesTests
{
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(1);

    [Fact]
    public void The_example_of_Envoy_has_its_threshold_at_52_percent()
    {
        var detector = new SuccessRateDetector(new SuccessRateSettings(5, 100, 1.9, 100, 100), OutlierDetectorKind.SuccessRate, 100);

        (SweepSample endpoint, Detection detection) = Assert.Single(detector.Detect([Judged(50), Judged(100), Judged(100), Judged(100), Judged(100)]));

        Assert.Equal(50u, endpoint.Outcomes.Succeeded);
        Assert.Equal(
            "50 of 100 requests succeeded, 50 %; below 52 %, which is 1.9 standard deviations of 20 below the mean of 90 % of 5 endpoints",
            detection.Reason);
    }

    [Fact]
    public void A_rate_exactly_at_the_threshold_does_not_eject()
    {
        // Mean 90, standard deviation 20: two standard deviations below is exactly 50.
        var detector = new SuccessRateDetector(new SuccessRateSettings(5, 100, 2, 100, 100), OutlierDetectorKind.SuccessRate, 100);

        Assert.Empty(detector.Detect([Judged(50), Judged(100), Judged(100), Judged(100), Judged(100)]));
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void An_endpoint_that_fails_every_request_is_detected_among_five_and_not_among_four(int endpoints, bool found)
    {
        var detector = new SuccessRateDetector(new SuccessRateSettings(1, 1, 1.9, 100, 100), OutlierDetectorKind.SuccessRate, 100);

        Assert.Equal(found, detector.Detect([Judged(0), .. Enumerable.Repeat(Judged(100), endpoints - 1)]).Any());
    }

    [Fact]
    public void Equal_rates_are_never_detected_however_they_are_rounded()
    {
        var detector = new SuccessRateDetector(new SuccessRateSettings(1, 1, 0.1, 100, 100), OutlierDetectorKind.SuccessRate, 100);

        for (int good = 0; good <= 999; good += 7)
        {
            Assert.Empty(detector.Detect([.. Enumerable.Repeat(new SweepSample(null!, 0, new OutcomeTotals((uint)good, 999)), 7)]));
        }
    }

    [Fact]
    public void Endpoints_with_too_few_requests_neither_count_for_the_mean_nor_are_evaluated()
    {
        var detector = new SuccessRateDetector(new SuccessRateSettings(5, 100, 1.9, 100, 100), OutlierDetectorKind.SuccessRate, 100);
        SweepSample quiet = new(null!, 0, new OutcomeTotals(0, 99));

        Assert.Empty(detector.Detect([Judged(50), Judged(100), Judged(100), Judged(100), quiet]));
        Assert.Single(detector.Detect([Judged(50), Judged(100), Judged(100), Judged(100), Judged(100), quiet]));
    }

    [Theory]
    [InlineData(84, false)]
    [InlineData(85, true)]
    [InlineData(86, true)]
    public void Endpoints_at_or_above_the_failure_percentage_are_detected_and_not_below(int failures, bool found)
    {
        var detector = new FailurePercentageDetector(new FailurePercentageSettings(85, 1, 50, 100, 100), OutlierDetectorKind.FailurePercentage, 100);

        Assert.Equal(found, detector.Detect([Judged(100 - failures)]).Any());
    }

    [Fact]
    public void Seventeen_of_twenty_are_85_percent_and_all_of_them_failing_are_100()
    {
        var detector = new FailurePercentageDetector(new FailurePercentageSettings(85, 1, 20, 100, 100), OutlierDetectorKind.FailurePercentage, 100);
        (_, Detection detection) = Assert.Single(detector.Detect([new SweepSample(null!, 0, new OutcomeTotals(3, 20))]));
        Assert.Equal("17 of 20 requests failed, 85 %; at least 85 %", detection.Reason);
        Assert.Equal((17, 20), (detection.Failures, detection.Attempts));

        var all = new FailurePercentageDetector(new FailurePercentageSettings(100, 1, 1, 100, 100), OutlierDetectorKind.FailurePercentage, 100);
        Assert.Single(all.Detect([Judged(0), Judged(1)]));
    }

    [Theory]
    [InlineData(4, 50, false)]
    [InlineData(5, 49, false)]
    [InlineData(5, 50, true)]
    public void The_failure_percentage_needs_its_minimum_hosts_and_volume(int endpoints, int requests, bool found)
    {
        var detector = new FailurePercentageDetector(new FailurePercentageSettings(85, 5, 50, 100, 100), OutlierDetectorKind.FailurePercentage, 100);

        Assert.Equal(found, detector.Detect([.. Enumerable.Repeat(new SweepSample(null!, 0, new OutcomeTotals(0, (uint)requests)), endpoints)]).Any());
    }

    [Fact]
    public void The_outlier_is_ejected_at_the_sweep_and_not_before()
    {
        using TestCluster cluster = WithSuccessRate();
        ServeAll(cluster, 100, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 20);
        Assert.Empty(cluster.Ejected);

        cluster.RunTo(Sweep - TimeSpan.FromSeconds(1));
        Assert.Empty(cluster.Ejected);
        cluster.RunTo(Sweep);

        Assert.Equal([cluster.Endpoints[0]], cluster.Ejected);
        Assert.Equal(OutlierDetectorKind.SuccessRate, cluster.Endpoints[0].EjectedBy);
    }

    [Fact]
    public void Attempts_before_the_last_sweep_do_not_count()
    {
        using TestCluster cluster = WithSuccessRate();
        ServeAll(cluster, 49, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 10);
        cluster.RunTo(Sweep);
        ServeAll(cluster, 49, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 40);
        cluster.RunTo(Sweep * 2);

        Assert.Empty(cluster.Ejected);
    }

    [Fact]
    public void After_an_idle_gap_the_first_traffic_starts_the_sweep_again()
    {
        using TestCluster cluster = WithSuccessRate();
        ServeAll(cluster, 100, 0);
        cluster.RunTo(TimeSpan.FromMinutes(90));
        ServeAll(cluster, 100, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 30);
        Assert.Empty(cluster.Ejected);

        cluster.RunTo(TimeSpan.FromMinutes(91));

        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void The_quota_applies_to_sweeps_too_and_refusals_are_reported()
    {
        using var cluster = new TestCluster(endpoints: 6, configure: static options =>
        {
            options.OutlierDetection.ConsecutiveErrors = 0;
            options.OutlierDetection.FailurePercentage = new FailurePercentageOutlierOptions();
        });
        for (int i = 0; i < 5; i++)
        {
            cluster.Fail(cluster.Endpoints[i], 50);
        }

        cluster.RunTo(Sweep);

        Assert.Equal(3, cluster.Ejected.Count);
        Assert.Equal(2, cluster.Logs.GetSnapshot().Count(static log => log.Id.Id == LogEvents.EjectionRefused));
        Assert.All(cluster.Endpoints, static endpoint => Assert.False(endpoint.Status.IsClaimed));
    }

    [Fact]
    public void An_endpoint_that_both_detectors_detect_is_ejected_once()
    {
        using TestCluster cluster = WithSuccessRate(
            static options => options.FailurePercentage = new FailurePercentageOutlierOptions { ThresholdPercent = 10 });
        ServeAll(cluster, 100, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 60);

        cluster.RunTo(Sweep);

        Assert.Equal(OutlierDetectorKind.SuccessRate, Assert.Single(cluster.Ejected).EjectedBy);
        Assert.Equal(1, cluster.Endpoints[0].EjectionHistory.Multiplier);
        Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.EndpointEjected);
    }

    [Fact]
    public void Counted_separately_responses_and_connections_are_evaluated_separately()
    {
        using TestCluster cluster = WithSuccessRate(static options =>
        {
            options.SplitExternalLocalOriginErrors = true;
            options.ConsecutiveLocalOriginFailures = 0;
        });
        ServeAll(cluster, 100, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 30, FailureKind.Connect);
        cluster.Serve(cluster.Endpoints[1], 0, 30, FailureKind.Gateway);

        cluster.RunTo(Sweep);

        Assert.Equal(OutlierDetectorKind.LocalOriginSuccessRate, cluster.Endpoints[0].EjectedBy);
        Assert.Equal(OutlierDetectorKind.SuccessRate, cluster.Endpoints[1].EjectedBy);
        Assert.StartsWith("100 of 130 requests", cluster.Endpoints[0].HealthReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Counted_separately_the_failure_percentage_has_its_own_name_and_enforcement()
    {
        using var cluster = new TestCluster(endpoints: 6, configure: static options =>
        {
            options.OutlierDetection.SplitExternalLocalOriginErrors = true;
            options.OutlierDetection.ConsecutiveErrors = 0;
            options.OutlierDetection.ConsecutiveLocalOriginFailures = 0;
            options.OutlierDetection.FailurePercentage = new FailurePercentageOutlierOptions { MinHosts = 1, EnforcementPercent = 0 };
        });
        cluster.Fail(cluster.Endpoints[0], 50, FailureKind.Timeout);
        cluster.Fail(cluster.Endpoints[1], 50, FailureKind.ErrorResponse);

        cluster.RunTo(Sweep);

        Assert.Equal(OutlierDetectorKind.LocalOriginFailurePercentage, Assert.Single(cluster.Ejected).EjectedBy);
    }

    [Fact]
    public void Attempts_before_an_ejection_count_for_no_later_sweep()
    {
        using TestCluster cluster = WithSuccessRate(static options =>
        {
            options.ConsecutiveErrors = 5;
            options.BaseEjectionTime = TimeSpan.FromSeconds(10);
            options.MaxEjectionTimeJitter = TimeSpan.Zero;
        });
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        EndpointLease[] early = [.. Enumerable.Range(0, 200).Select(_ => cluster.Lease(endpoint))];
        cluster.Fail(endpoint, 5);
        cluster.RunTo(Sweep);
        Assert.Empty(cluster.Ejected);

        ServeAll(cluster, 100, 0);
        Array.ForEach(early, static lease => lease.End(AttemptOutcome.Failure(FailureKind.Reset)));
        cluster.RunTo(Sweep * 2);

        Assert.Empty(cluster.Ejected);
    }

    [Fact]
    public void An_endpoint_ejected_again_by_a_sweep_keeps_its_multiplier_in_that_sweep()
    {
        using TestCluster cluster = WithSuccessRate(static options =>
        {
            options.BaseEjectionTime = TimeSpan.FromSeconds(15);
            options.MaxEjectionTimeJitter = TimeSpan.Zero;
        });
        UpstreamEndpoint bad = cluster.Endpoints[0];
        for (int sweep = 1; sweep <= 5; sweep += 2)
        {
            ServeAll(cluster, 100, 0);
            cluster.Serve(bad, 0, 30);
            cluster.RunTo(Sweep * sweep);
            Assert.Equal(EndpointHealth.Ejected, bad.Health);

            // Ejected at 1:00 for 15 s, restored at 2:00. The multiplier does not decrease there, and at 3:00 the endpoint is ejected again before it
            // could decrease.
            cluster.RunTo(Sweep * (sweep + 1));
            Assert.Equal((EndpointHealth.Available, (sweep + 1) / 2), (bad.Health, bad.EjectionHistory.Multiplier));
        }
    }

    [Fact]
    public void Without_traffic_and_with_all_multipliers_zero_no_timer_is_set()
    {
        using TestCluster cluster = WithSuccessRate();
        ServeAll(cluster, 100, 0);
        cluster.RunTo(TimeSpan.FromMinutes(10));
        int sweeps = cluster.Sweeps;

        cluster.RunTo(TimeSpan.FromMinutes(20));

        Assert.Equal((1, 1), (sweeps, cluster.Sweeps));
    }

    [Fact]
    public void Attempts_on_ejected_endpoints_in_panic_are_evaluated_by_no_sweep()
    {
        // Five endpoints are needed to compare; without the ejected one there are four.
        using TestCluster cluster = new(
            endpoints: 5,
            configure: static options => options.OutlierDetection.SuccessRate = new SuccessRateOutlierOptions { StdevFactor = 0.5 });
        cluster.Fail(cluster.Endpoints[0], 5);
        ServeAll(cluster, 100, 0);
        cluster.Serve(cluster.Endpoints[0], 0, 100);
        ServeAll(cluster, 100, 0);
        for (int i = 0; i < 150; i++)
        {
            cluster.Serve(cluster.Endpoints[1], 1, 1);
        }

        cluster.RunTo(Sweep);

        Assert.Equal([cluster.Endpoints[0]], cluster.Ejected);
    }

    [Fact]
    public void An_endpoint_without_traffic_is_neither_evaluated_nor_counted_for_the_mean()
    {
        using TestCluster cluster = WithSuccessRate(static options => options.SuccessRate!.MinHosts = 6);
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints.Skip(1))
        {
            cluster.Serve(endpoint, 100, endpoint == cluster.Endpoints[1] ? 60 : 0);
        }

        cluster.RunTo(Sweep);

        Assert.Empty(cluster.Ejected);
    }

    private static SweepSample Judged(int percent) => new(null!, 0, new OutcomeTotals((uint)percent, 100));

    private static TestCluster WithSuccessRate(Action<OutlierDetectionOptions>? configure = null) => new(endpoints: 6, configure: options =>
    {
        options.OutlierDetection.ConsecutiveErrors = 0;
        options.OutlierDetection.SuccessRate = new SuccessRateOutlierOptions();
        configure?.Invoke(options.OutlierDetection);
    });

    private static void ServeAll(TestCluster cluster, int successes, int failures)
    {
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints)
        {
            cluster.Serve(endpoint, successes, failures);
        }
    }
}
