using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

public sealed class EndpointLeaseTests
{
    [Fact]
    public void A_failing_end_is_never_lost_to_a_report_of_success_on_another_thread()
    {
        using var cluster = new TestCluster(configure: static options => options.OutlierDetection.ConsecutiveErrors = int.MaxValue);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        const int Rounds = 4_000;
        using var barrier = new Barrier(2);
        EndpointLease lease = cluster.Lease(endpoint);
        var reporter = new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                barrier.SignalAndWait(TestContext.Current.CancellationToken);
                lease.Report(AttemptOutcome.Success);
                barrier.SignalAndWait(TestContext.Current.CancellationToken);
            }
        });
        reporter.Start();
        for (int i = 0; i < Rounds; i++)
        {
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            lease.End(AttemptOutcome.Failure(FailureKind.Reset));
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            lease = cluster.Lease(endpoint);
        }

        reporter.Join();
        lease.End();

        Assert.Equal((Rounds, 0L, 0), (endpoint.FailureCount, endpoint.SuccessCount, endpoint.InFlight));
        Assert.Equal((uint)Rounds, endpoint.Status.ConsecutiveErrors);
    }

    [Fact]
    public void Leases_that_end_without_an_outcome_are_neutral_and_counted_and_logged_once()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder metrics = cluster.Listen();

        for (int i = 0; i < 20; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
        }

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        Assert.Equal((EndpointHealth.Available, 0L, 0L, 0), (endpoint.Health, endpoint.FailureCount, endpoint.SuccessCount, endpoint.InFlight));
        Assert.Equal(["loadbalancing.cluster=catalog 20"], metrics.Totals("leases.unreported"));
        FakeLogRecord warning = Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.LeaseUnreported);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.StartsWith($"A lease of service 'catalog' on {endpoint} ended without an outcome", warning.Message, StringComparison.Ordinal);
        Assert.Contains("ExecuteAsync", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unobserved_pick_allocates_only_its_lease()
    {
        using var cluster = new TestCluster(endpoints: 1);
        cluster.Balancer.Pick().End(AttemptOutcome.Success);

        long before = GC.GetAllocatedBytesForCurrentThread();
        cluster.Balancer.Pick().End(AttemptOutcome.Success);

        Assert.Equal(80, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_lease_with_any_outcome_counts_as_reported_including_a_neutral_one()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder metrics = cluster.Listen();

        cluster.Balancer.Pick().End(AttemptOutcome.Neutral);
        cluster.Balancer.Pick().End(AttemptOutcome.Failure(FailureKind.Connect));
        cluster.Balancer.Pick().Reclaim();
        using (EndpointLease lease = cluster.Balancer.Pick())
        {
            lease.Report(AttemptOutcome.Neutral);
        }

        using (EndpointLease lease = cluster.Balancer.Pick())
        {
            lease.End(AttemptOutcome.Success);
        }

        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(metrics.Totals("leases.unreported"));
        Assert.DoesNotContain(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.LeaseUnreported);
    }
}
