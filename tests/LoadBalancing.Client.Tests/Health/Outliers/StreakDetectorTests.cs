using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Consecutive gateway failures and local origin failures, and their interaction with failures of any kind.</summary>
public sealed class StreakDetectorTests
{
    [Fact]
    public void The_third_consecutive_gateway_failure_ejects_and_not_the_second()
    {
        using TestCluster cluster = WithGateway(3);
        UpstreamEndpoint bad = cluster.Endpoints[0];

        cluster.Fail(bad, 2, FailureKind.Gateway);
        Assert.Empty(cluster.Ejected);

        cluster.Fail(bad, 1, FailureKind.Gateway);
        Assert.Equal("3 gateway failures in a row, the last: Gateway", bad.HealthReason);
        Assert.Equal(OutlierDetectorKind.ConsecutiveGatewayErrors, bad.EjectedBy);
    }

    [Fact]
    public void Another_5xx_resets_the_count_of_gateway_failures()
    {
        using TestCluster cluster = WithGateway(3);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 2, FailureKind.Gateway);
        cluster.Fail(endpoint, 1, FailureKind.ErrorResponse);
        cluster.Fail(endpoint, 1, FailureKind.Gateway);
        Assert.Empty(cluster.Ejected);
        Assert.Equal(1u, endpoint.Status.ConsecutiveGatewayErrors);
        Assert.Equal(4u, endpoint.Status.ConsecutiveErrors);

        cluster.Fail(endpoint, 1, FailureKind.Gateway);
        Assert.Equal("5 failures in a row, the last: Gateway", endpoint.HealthReason);
    }

    [Fact]
    public void A_success_resets_every_count()
    {
        using TestCluster cluster = WithGateway(3);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 2, FailureKind.Gateway);
        cluster.Succeed(endpoint);

        Assert.False(endpoint.Status.HasStreak);
    }

    [Theory]
    [InlineData(FailureKind.Connect)]
    [InlineData(FailureKind.Reset)]
    [InlineData(FailureKind.Timeout)]
    public void Unless_counted_separately_a_local_origin_failure_is_a_gateway_failure(FailureKind kind)
    {
        using TestCluster cluster = WithGateway(3);

        cluster.Fail(cluster.Endpoints[0], 3, kind);

        Assert.Equal(OutlierDetectorKind.ConsecutiveGatewayErrors, cluster.Endpoints[0].EjectedBy);
    }

    [Fact]
    public void With_equal_thresholds_the_gateway_failures_are_reported()
    {
        using TestCluster cluster = WithGateway(5);

        cluster.Fail(cluster.Endpoints[0], 5, FailureKind.Gateway);

        Assert.Equal(OutlierDetectorKind.ConsecutiveGatewayErrors, cluster.Endpoints[0].EjectedBy);
    }

    [Theory]
    [InlineData(FailureKind.Connect)]
    [InlineData(FailureKind.Reset)]
    [InlineData(FailureKind.Timeout)]
    public void Counted_separately_local_origin_failures_have_their_own_threshold(FailureKind kind)
    {
        using TestCluster cluster = Split(local: 3);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 2, kind);
        Assert.Empty(cluster.Ejected);
        Assert.Equal(0u, endpoint.Status.ConsecutiveErrors);

        cluster.Fail(endpoint, 1, kind);
        Assert.Equal($"3 local origin failures in a row, the last: {kind}", endpoint.HealthReason);
        Assert.Equal(OutlierDetectorKind.ConsecutiveLocalOriginFailures, endpoint.EjectedBy);
    }

    [Fact]
    public void Unless_counted_separately_local_origin_failures_have_no_own_threshold()
    {
        using var cluster = new TestCluster(configure: static options => options.OutlierDetection.ConsecutiveErrors = 0);

        cluster.Fail(cluster.Endpoints[0], 100, FailureKind.Connect);

        Assert.Empty(cluster.Ejected);
        Assert.False(cluster.Endpoints[0].Status.HasStreak);
    }

    [Fact]
    public void Counted_separately_a_local_origin_failure_is_no_gateway_failure_and_clears_none()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.SplitExternalLocalOriginErrors = true;
            options.OutlierDetection.ConsecutiveGatewayErrors = 3;
        });
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 2, FailureKind.Gateway);
        cluster.Fail(endpoint, 4, FailureKind.Timeout);
        Assert.Equal((2u, 4u), (endpoint.Status.ConsecutiveGatewayErrors, endpoint.Status.ConsecutiveLocalOriginFailures));

        cluster.Fail(endpoint, 1, FailureKind.Gateway);
        Assert.Equal(OutlierDetectorKind.ConsecutiveGatewayErrors, endpoint.EjectedBy);
    }

    [Theory]
    [InlineData(FailureKind.ErrorResponse)]
    [InlineData(FailureKind.Gateway)]
    public void Any_response_shows_that_the_endpoint_is_reachable(FailureKind response)
    {
        using TestCluster cluster = Split(local: 3);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 2, FailureKind.Connect);
        cluster.Fail(endpoint, 1, response);
        cluster.Fail(endpoint, 2, FailureKind.Connect);

        Assert.Empty(cluster.Ejected);
        Assert.Equal(2u, endpoint.Status.ConsecutiveLocalOriginFailures);
        Assert.Equal(1u, endpoint.Status.ConsecutiveErrors);
    }

    [Fact]
    public void Counted_separately_the_default_is_five_and_zero_disables_it()
    {
        using (TestCluster cluster = Split(local: null))
        {
            cluster.Fail(cluster.Endpoints[0], 4, FailureKind.Connect);
            Assert.Empty(cluster.Ejected);
            cluster.Fail(cluster.Endpoints[0], 1, FailureKind.Connect);
            Assert.Single(cluster.Ejected);
        }

        using (TestCluster cluster = Split(local: 0))
        {
            cluster.Fail(cluster.Endpoints[0], 100, FailureKind.Connect);
            Assert.Empty(cluster.Ejected);
        }
    }

    [Fact]
    public void Gateway_failures_alone_can_be_the_only_detector()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.ConsecutiveErrors = 0;
            options.OutlierDetection.ConsecutiveGatewayErrors = 2;
        });

        cluster.Fail(cluster.Endpoints[0], 100, FailureKind.ErrorResponse);
        Assert.Empty(cluster.Ejected);

        cluster.Fail(cluster.Endpoints[0], 2, FailureKind.Gateway);
        Assert.Single(cluster.Ejected);
    }

    [Theory]
    [InlineData("connect", FailureKind.Connect)]
    [InlineData("reset", FailureKind.Reset)]
    [InlineData("timeout", FailureKind.Timeout)]
    public void Of_failures_without_a_response_only_the_configured_ones_count(string word, FailureKind counted)
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.ErrorExceptions = [word]);
        FailureKind[] others = [.. new[] { FailureKind.Connect, FailureKind.Reset, FailureKind.Timeout }.Where(kind => kind != counted)];

        Array.ForEach(others, kind => cluster.Fail(cluster.Endpoints[0], 50, kind));
        Assert.Empty(cluster.Ejected);
        Assert.Equal(100, cluster.Endpoints[0].FailureCount);

        cluster.Fail(cluster.Endpoints[0], 5, counted);
        Assert.Single(cluster.Ejected);
    }

    [Theory]
    [InlineData(FailureKind.Connect)]
    [InlineData(FailureKind.Reset)]
    [InlineData(FailureKind.Timeout)]
    [InlineData(FailureKind.ErrorResponse)]
    [InlineData(FailureKind.Gateway)]
    public void Without_configured_failures_all_of_them_count(FailureKind kind) =>
        Assert.True(
            new OutlierDetectionSettings(5, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(30), TimeSpan.Zero, 50).Counts(kind));

    [Fact]
    public void With_an_empty_list_of_failures_error_responses_still_count()
    {
        using var cluster = new TestCluster(configure: static options => options.OutlierDetection.ErrorExceptions = []);

        cluster.Fail(cluster.Endpoints[0], 50, FailureKind.Timeout);
        Assert.Empty(cluster.Ejected);

        cluster.Fail(cluster.Endpoints[0], 5, FailureKind.Gateway);
        Assert.Single(cluster.Ejected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(100)]
    public void The_enforcement_percentage_of_detections_eject_and_all_others_are_reported(double percent)
    {
        const int Detections = 2000;
        int enforced = 0;
        using var cluster = new TestCluster(configure: options =>
        {
            options.OutlierDetection.ConsecutiveErrors = 1;
            options.OutlierDetection.ConsecutiveErrorsEnforcementPercent = percent;
            options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero;
            options.OutlierDetection.Interval = TimeSpan.FromSeconds(1);
            options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(1);
            options.OutlierDetection.MaxEjectionTime = TimeSpan.FromSeconds(1);
        });
        for (int i = 0; i < Detections; i++)
        {
            cluster.Fail(cluster.Endpoints[0]);
            if (cluster.Endpoints[0].Health == EndpointHealth.Ejected)
            {
                enforced++;
                cluster.Time.Advance(TimeSpan.FromSeconds(2));
            }
        }

        // Seed 1; three standard deviations of 2000 draws at 30 % are 61.
        Assert.InRange(enforced, (Detections * percent / 100) - 61, (Detections * percent / 100) + 61);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Detections - enforced, cluster.Logs.GetSnapshot().Count(static log => log.Id.Id == LogEvents.EjectionNotEnforced));
    }

    [Fact]
    public void A_detection_that_is_not_enforced_resets_its_own_count_only()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.ConsecutiveGatewayErrors = 3;
            options.OutlierDetection.ConsecutiveGatewayErrorsEnforcementPercent = 0;
        });
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 4, FailureKind.Gateway);
        Assert.Equal(1u, endpoint.Status.ConsecutiveGatewayErrors);
        Assert.Equal(4u, endpoint.Status.ConsecutiveErrors);

        cluster.Fail(endpoint, 1, FailureKind.Gateway);
        Assert.Equal(OutlierDetectorKind.ConsecutiveErrors, endpoint.EjectedBy);
    }

    [Fact]
    public void Two_detectors_that_fire_together_are_both_processed_when_the_first_is_not_enforced()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.ConsecutiveGatewayErrors = 5;
            options.OutlierDetection.ConsecutiveGatewayErrorsEnforcementPercent = 0;
        });

        cluster.Fail(cluster.Endpoints[0], 5, FailureKind.Gateway);

        Assert.Equal(OutlierDetectorKind.ConsecutiveErrors, cluster.Endpoints[0].EjectedBy);
        Assert.False(cluster.Endpoints[0].Status.IsClaimed);
    }

    [Fact]
    public void The_longest_configurable_streak_is_counted_exactly()
    {
        using var cluster = new TestCluster(configure: static options => options.OutlierDetection.ConsecutiveErrors = (int)EndpointStatus.MaxStreak);

        cluster.Fail(cluster.Endpoints[0], (int)EndpointStatus.MaxStreak - 1);
        Assert.Empty(cluster.Ejected);

        cluster.Fail(cluster.Endpoints[0]);
        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void Streak_counts_saturate_and_never_overflow_into_each_other()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.ConsecutiveErrors = 0;
            options.OutlierDetection.ConsecutiveGatewayErrors = (int)EndpointStatus.MaxStreak;
            options.OutlierDetection.MaxEjectionPercent = 0;
        });
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        var full = new EndpointStatus(ulong.MaxValue);

        cluster.Fail(endpoint, (int)EndpointStatus.MaxStreak - 1, FailureKind.Gateway);

        Assert.Equal(
            (EndpointStatus.MaxStreak - 1, 0u, 0u),
            (endpoint.Status.ConsecutiveGatewayErrors, endpoint.Status.ConsecutiveErrors, endpoint.Status.ConsecutiveLocalOriginFailures));
        Assert.Equal(full.Word, full.WithConsecutiveErrors(EndpointStatus.MaxStreak + 1).Word);
        Assert.Equal(0u, full.NextGeneration().Generation);
        Assert.False(full.NextGeneration().HasStreak);
    }

    private static TestCluster WithGateway(int threshold) => new(configure: options => options.OutlierDetection.ConsecutiveGatewayErrors = threshold);

    private static TestCluster Split(int? local) => new(configure: options =>
    {
        options.OutlierDetection.SplitExternalLocalOriginErrors = true;
        options.OutlierDetection.ConsecutiveLocalOriginFailures = local;
    });
}
