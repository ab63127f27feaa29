using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>Where requests go while too few endpoints are available, by Panic:Traffic.</summary>
public sealed class PanicTrafficTests
{
    [Theory]
    [InlineData(PanicTraffic.All, 4)]
    [InlineData(PanicTraffic.LastStanding, 1)]
    public void Below_the_threshold_traffic_goes_to_all_or_to_the_available_ones(PanicTraffic traffic, int receivers)
    {
        using TestCluster cluster = WithOut(3, of: 4, traffic);

        Assert.Equal(receivers, cluster.PickMany(100).Count);
    }

    [Theory]
    [InlineData(PanicTraffic.All)]
    [InlineData(PanicTraffic.Fail)]
    [InlineData(PanicTraffic.LastStanding)]
    public void At_the_threshold_traffic_goes_to_the_available_endpoints_in_every_mode(PanicTraffic traffic)
    {
        using TestCluster cluster = WithOut(2, of: 4, traffic);

        Assert.Equal([cluster.Endpoints[2], cluster.Endpoints[3]], cluster.PickMany(100).Keys.OrderBy(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void Fail_rejects_every_request_with_the_reason()
    {
        using TestCluster cluster = WithOut(3, of: 4, PanicTraffic.Fail);

        Assert.Null(cluster.Balancer.TryPick(default));
        var exception = Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        Assert.StartsWith(
            "Service 'catalog' is in panic and refuses all requests (Panic:Traffic is Fail): 1 of 4 endpoints are available, and Panic:ThresholdPercent is " +
                "50 %. http://10.0.0.1:8080/ is ejected until",
            exception.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.4", exception.Message, StringComparison.Ordinal);
        Assert.False(cluster.Balancer.CurrentSet!.CanPick);
    }

    [Fact]
    public void With_none_available_LastStanding_is_the_endpoint_whose_ejection_ends_first()
    {
        using TestCluster cluster = WithOut(0, of: 3, PanicTraffic.LastStanding);
        foreach (int i in new[] { 1, 0, 2 })
        {
            cluster.Fail(cluster.Endpoints[i], 5);
            cluster.Time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal([cluster.Endpoints[1]], cluster.PickMany(20).Keys);
    }

    [Fact]
    public void Ejections_after_the_snapshot_yield_LastStanding_too()
    {
        using TestCluster cluster = WithOut(0, of: 2, PanicTraffic.LastStanding);
        EndpointSet stale = cluster.Balancer.CurrentSet!;
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        UpstreamEndpoint first = cluster.Endpoints[0].EjectedUntil <= cluster.Endpoints[1].EjectedUntil ? cluster.Endpoints[0] : cluster.Endpoints[1];
        Assert.Same(first, stale.Pick(default));
    }

    [Fact]
    public void Ejections_after_the_snapshot_are_rejected_where_panic_is()
    {
        using TestCluster cluster = WithOut(0, of: 2, PanicTraffic.Fail);
        EndpointSet stale = cluster.Balancer.CurrentSet!;
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        Assert.Null(stale.Pick(default));
        Assert.False(stale.CanPick);
    }

    [Theory]
    [InlineData(PanicTraffic.All, 7)]
    [InlineData(PanicTraffic.LastStanding, 7)]
    public void Picks_in_panic_are_counted_and_marked_on_their_leases(PanicTraffic traffic, int picks)
    {
        using TestCluster cluster = WithOut(3, of: 4, traffic);
        using MetricRecorder metrics = cluster.Listen();

        for (int i = 0; i < picks; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            Assert.True(lease.InPanic);
        }

        Assert.Equal([$"loadbalancing.cluster=catalog {picks}"], metrics.Totals("picks.panic"));
        Assert.Equal([$"loadbalancing.cluster=catalog {picks}"], metrics.Totals("picks"));
    }

    [Fact]
    public void Picks_without_panic_are_not_counted_as_panic()
    {
        using TestCluster cluster = WithOut(2, of: 4, PanicTraffic.All);
        using MetricRecorder metrics = cluster.Listen();

        cluster.PickMany(10);

        Assert.Empty(metrics.Totals("picks.panic"));
    }

    private static TestCluster WithOut(int ejected, int of, PanicTraffic traffic)
    {
        var cluster = new TestCluster(endpoints: of, configure: options =>
        {
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.Traffic = traffic;
        });
        for (int i = 0; i < ejected; i++)
        {
            cluster.Fail(cluster.Endpoints[i], 5);
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        return cluster;
    }
}
