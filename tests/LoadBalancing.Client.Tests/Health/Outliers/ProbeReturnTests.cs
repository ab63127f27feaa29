using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Ejected endpoints that are restored by one successful trial request, instead of getting their full share immediately.</summary>
public sealed class ProbeReturnTests
{
    private static readonly TimeSpan TimeIsUp = TimeSpan.FromMinutes(3.5);
    private static readonly PickContext Retryable = new() { IsRetryable = true };

    [Fact]
    public void Before_the_ejection_time_is_over_no_request_is_admitted()
    {
        using TestCluster cluster = Ejected();

        cluster.RunTo(TimeIsUp - TimeSpan.FromSeconds(1));

        Assert.Empty(ProbesAmong(cluster, Retryable, 100));
    }

    [Fact]
    public void After_it_one_retryable_request_at_a_time_is_admitted()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);

        EndpointLease probe = Assert.Single(ProbesAmong(cluster, Retryable, 100));
        Assert.Same(cluster.Endpoints[0], probe.Endpoint);
        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
    }

    [Theory]
    [InlineData(FailureKind.Connect, 59, 0)]
    [InlineData(FailureKind.Connect, 60, 1)]
    [InlineData(FailureKind.None, 59, 0)]
    [InlineData(FailureKind.None, 60, 1)]
    public void After_a_trial_request_that_failed_or_ended_neutrally_none_is_admitted_for_an_interval(FailureKind failure, int seconds, int probes)
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        Assert.Single(ProbesAmong(cluster, Retryable, 1)).End(failure == FailureKind.None ? AttemptOutcome.Neutral : AttemptOutcome.Failure(failure));

        cluster.Run(TimeSpan.FromSeconds(seconds));

        Assert.Equal(probes, ProbesAmong(cluster, Retryable, 100).Count);
        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
    }

    [Fact]
    public void A_success_restores_it_immediately_with_its_full_share_and_a_clean_state()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        EndpointLease probe = Assert.Single(ProbesAmong(cluster, Retryable, 10));

        probe.End(AttemptOutcome.Success);
        Assert.Equal(EndpointHealth.Available, cluster.Endpoints[0].Health);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([25, 25, 25, 25], cluster.PickMany(100).Values);

        cluster.Fail(cluster.Endpoints[0], 4);
        Assert.Equal(EndpointHealth.Available, cluster.Endpoints[0].Health);
        cluster.Fail(cluster.Endpoints[0], 1);
        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_success_revoked_by_its_body_restores_nothing(bool breaksOff)
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        EndpointLease probe = Assert.Single(ProbesAmong(cluster, Retryable, 10));

        probe.Report(AttemptOutcome.Success);
        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
        probe.End(breaksOff ? AttemptOutcome.Failure(FailureKind.Reset) : AttemptOutcome.Success);

        Assert.Equal(breaksOff ? EndpointHealth.Ejected : EndpointHealth.Available, cluster.Endpoints[0].Health);
    }

    [Fact]
    public void A_failure_reported_early_admits_the_next_trial_request_and_its_end_admits_no_other()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        EndpointLease first = Assert.Single(ProbesAmong(cluster, Retryable, 10));

        first.Report(AttemptOutcome.Failure(FailureKind.Gateway));
        cluster.Run(TimeSpan.FromMinutes(1));
        Assert.Single(ProbesAmong(cluster, Retryable, 10));
        first.End();

        Assert.Empty(ProbesAmong(cluster, Retryable, 10));
    }

    [Fact]
    public void Any_request_is_admitted_when_no_retryable_one_came_by_the_next_sweep()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(new TimeSpan(0, 3, 59));
        Assert.Empty(ProbesAmong(cluster, default, 100));

        cluster.RunTo(TimeSpan.FromMinutes(4));

        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[0].Health);
        Assert.Single(ProbesAmong(cluster, default, 100));
    }

    [Fact]
    public void While_retryable_requests_come_no_other_is_admitted()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(new TimeSpan(0, 3, 50));
        for (int i = 0; i < 12; i++)
        {
            ProbesAmong(cluster, Retryable, 1).ForEach(static probe => probe.End(AttemptOutcome.Failure(FailureKind.Connect)));
            Assert.Empty(ProbesAmong(cluster, default, 100));
            cluster.Run(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void When_retryable_requests_stop_any_request_is_admitted_after_a_sweep_without_them()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(new TimeSpan(0, 3, 50));
        Assert.Single(ProbesAmong(cluster, Retryable, 1)).End(AttemptOutcome.Failure(FailureKind.Connect));

        cluster.RunTo(new TimeSpan(0, 4, 59));
        Assert.Empty(ProbesAmong(cluster, default, 100));
        cluster.RunTo(TimeSpan.FromMinutes(5));

        Assert.Single(ProbesAmong(cluster, default, 100));
    }

    [Fact]
    public void A_request_bound_to_another_endpoint_by_its_session_is_not_admitted()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);

        Assert.Empty(ProbesAmong(cluster, new PickContext { IsRetryable = true, Preferred = cluster.Endpoints[1] }, 10));
        Assert.Single(ProbesAmong(cluster, new PickContext { IsRetryable = true, Preferred = cluster.Endpoints[0] }, 10));
    }

    [Fact]
    public void A_call_that_has_tried_the_endpoint_is_not_sent_there_again()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);

        Assert.Empty(ProbesAmong(cluster, new PickContext { IsRetryable = true, TriedEndpoints = [cluster.Endpoints[0]] }, 20));
    }

    [Fact]
    public void A_trial_request_that_ends_after_the_removal_of_its_endpoint_releases_no_second_quota()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        EndpointLease probe = Assert.Single(ProbesAmong(cluster, Retryable, 10));

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3), TestCluster.Address(4)]);
        probe.End(AttemptOutcome.Success);

        Assert.True(probe.Endpoint.IsRemoved);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void Traffic_in_panic_restores_nothing()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.RestorePolicy = EjectionRestorePolicy.TrialRequest;
            options.OutlierDetection.MaxEjectionPercent = 100;
        });
        for (int i = 0; i < 3; i++)
        {
            cluster.Fail(cluster.Endpoints[i], 5);
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 100; i++)
        {
            cluster.Balancer.Pick(Retryable).End(AttemptOutcome.Success);
        }

        Assert.Equal(3, cluster.Ejected.Count);
    }

    [Fact]
    public void The_restoration_by_a_trial_request_is_reported_with_its_cause()
    {
        using TestCluster cluster = Ejected();
        using MetricRecorder metrics = cluster.Listen();
        cluster.RunTo(TimeIsUp);

        Assert.Single(ProbesAmong(cluster, Retryable, 10)).End(AttemptOutcome.Success);
        cluster.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.EndpointRestored
            && log.Message.EndsWith("was restored, by trial_request.", StringComparison.Ordinal));
        Assert.Equal(["loadbalancing.cluster=catalog loadbalancing.reason=trial_request 1"], metrics.Totals("restorations"));
    }

    [Fact]
    public void The_multiplier_decreases_only_a_full_interval_after_the_restoration()
    {
        using TestCluster cluster = Ejected();
        cluster.RunTo(TimeIsUp);
        Assert.Single(ProbesAmong(cluster, Retryable, 10)).End(AttemptOutcome.Success);

        cluster.RunTo(TimeSpan.FromMinutes(4));
        Assert.Equal(1, cluster.Endpoints[0].EjectionHistory.Multiplier);

        cluster.RunTo(TimeSpan.FromMinutes(5));
        Assert.Equal(0, cluster.Endpoints[0].EjectionHistory.Multiplier);
    }

    /// <summary>Four endpoints, of which the first was ejected at 0:30, until 3:30.</summary>
    private static TestCluster Ejected()
    {
        var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.RestorePolicy = EjectionRestorePolicy.TrialRequest;
            options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero;
        });
        cluster.RunTo(TimeSpan.FromSeconds(30));
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.RunTo(TimeSpan.FromSeconds(31));
        return cluster;
    }

    /// <summary>The leases on ejected endpoints among a number of picks; all others end immediately.</summary>
    private static List<EndpointLease> ProbesAmong(TestCluster cluster, PickContext context, int picks)
    {
        var probes = new List<EndpointLease>();
        for (int i = 0; i < picks; i++)
        {
            EndpointLease lease = cluster.Balancer.Pick(context);
            if (lease.Endpoint.Health == EndpointHealth.Ejected)
            {
                probes.Add(lease);
            }
            else
            {
                lease.End();
            }
        }

        return probes;
    }
}
