using LoadBalancing.Client.TestSupport;

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
}
