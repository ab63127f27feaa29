using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Outcomes that eject an endpoint, and outcomes that do not.</summary>
public sealed class ConsecutiveErrorsTests
{
    [Fact]
    public void The_fifth_consecutive_failure_ejects_and_not_the_fourth()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint bad = cluster.Endpoints[1];

        cluster.Fail(bad, 4);
        Assert.Equal(EndpointHealth.Available, bad.Health);

        cluster.Fail(bad);
        Assert.Equal(EndpointHealth.Ejected, bad.Health);
        Assert.Equal("5 failures in a row, the last: ErrorResponse", bad.HealthReason);
    }

    [Fact]
    public void A_success_resets_the_count()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 4);
        cluster.Succeed(endpoint);
        cluster.Fail(endpoint, 4);

        Assert.Equal(EndpointHealth.Available, endpoint.Health);
    }

    [Fact]
    public void A_neutral_end_neither_counts_nor_clears()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 4);
        cluster.Lease(endpoint).End();
        Assert.Equal(EndpointHealth.Available, endpoint.Health);

        cluster.Fail(endpoint);
        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
    }

    [Theory]
    [InlineData(FailureKind.Connect)]
    [InlineData(FailureKind.Reset)]
    [InlineData(FailureKind.Timeout)]
    [InlineData(FailureKind.ErrorResponse)]
    [InlineData(FailureKind.Gateway)]
    public void Every_kind_of_failure_counts(FailureKind kind)
    {
        using var cluster = new TestCluster();

        cluster.Fail(cluster.Endpoints[0], 5, kind);

        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
    }

    [Fact]
    public void A_success_reported_early_clears_nothing_until_its_body_is_read()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Fail(endpoint, 4);

        EndpointLease slow = cluster.Lease(endpoint);
        slow.Report(AttemptOutcome.Success);
        cluster.Fail(endpoint);

        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
    }

    [Fact]
    public void A_body_that_breaks_off_turns_a_reported_success_into_a_failure()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Fail(endpoint, 4);

        EndpointLease lease = cluster.Lease(endpoint);
        lease.Report(AttemptOutcome.Success);
        lease.End(AttemptOutcome.Failure(FailureKind.Reset));

        Assert.Equal(EndpointHealth.Ejected, endpoint.Health);
    }

    [Fact]
    public void A_failure_reported_early_counts_immediately_and_only_once()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        cluster.Fail(endpoint, 3);

        EndpointLease lease = cluster.Lease(endpoint);
        lease.Report(AttemptOutcome.Failure(FailureKind.Gateway));
        lease.Report(AttemptOutcome.Failure(FailureKind.Gateway));
        lease.End(AttemptOutcome.Failure(FailureKind.Gateway));
        lease.End(AttemptOutcome.Failure(FailureKind.Gateway));

        Assert.Equal(EndpointHealth.Available, endpoint.Health);
        Assert.Equal(4u, endpoint.Status.ConsecutiveErrors);
        Assert.Equal(4, endpoint.FailureCount);
    }

    [Fact]
    public void Zero_disables_the_detector()
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.ConsecutiveErrors = 0);

        cluster.Fail(cluster.Endpoints[0], 100);

        Assert.Empty(cluster.Ejected);
    }

    [Fact]
    public void A_threshold_lowered_below_the_streak_ejects_with_the_next_failure()
    {
        using var cluster = new TestCluster(configure: options => options.OutlierDetection.ConsecutiveErrors = 10);
        cluster.Fail(cluster.Endpoints[0], 7);

        cluster.Configure(options => options.OutlierDetection.ConsecutiveErrors = 3);
        Assert.Empty(cluster.Ejected);

        cluster.Fail(cluster.Endpoints[0]);
        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void In_flight_goes_up_with_the_lease_and_down_with_its_end_whatever_the_outcome()
    {
        using var cluster = new TestCluster();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        EndpointLease first = cluster.Lease(endpoint);
        EndpointLease second = cluster.Lease(endpoint);
        Assert.Equal(2, endpoint.InFlight);

        first.Report(AttemptOutcome.Success);
        Assert.Equal(2, endpoint.InFlight);

        first.End();
        first.Dispose();
        second.End(AttemptOutcome.Failure(FailureKind.Reset));
        Assert.Equal(0, endpoint.InFlight);
    }
}
