using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection;

/// <summary>Which endpoints receive traffic when few are available, and when a call has tried all.</summary>
public sealed class PanicTests
{
    [Fact]
    public void With_exactly_half_available_traffic_stays_with_that_half()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        Assert.Equal([cluster.Endpoints[2], cluster.Endpoints[3]], cluster.PickMany(100).Keys.OrderBy(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void With_less_than_half_available_traffic_goes_to_all()
    {
        using TestCluster cluster = Unlimited(endpoints: 4);
        for (int i = 0; i < 3; i++)
        {
            cluster.Fail(cluster.Endpoints[i], 5);
        }

        Assert.Equal([25, 25, 25, 25], cluster.PickMany(100).Values);
    }

    [Fact]
    public void With_threshold_zero_the_last_endpoint_takes_all_and_without_it_the_pick_fails()
    {
        using TestCluster cluster = Unlimited(endpoints: 2, static options => options.Panic.ThresholdPercent = 0);
        cluster.Fail(cluster.Endpoints[0], 5);
        Assert.Equal([cluster.Endpoints[1]], cluster.PickMany(10).Keys);

        cluster.Fail(cluster.Endpoints[1], 5);
        var exception = Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        Assert.Equal("catalog", exception.ServiceName);
        Assert.StartsWith(
            "None of the 2 endpoints of service 'catalog' can be used: http://10.0.0.1:8080/ is ejected until 2030-01-01T00:03:",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("(5 failures in a row, the last: ErrorResponse); http://10.0.0.2:8080/ is ejected until", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ejections_after_the_snapshot_fail_no_request()
    {
        using TestCluster cluster = Unlimited(endpoints: 2);
        EndpointSet stale = cluster.Balancer.CurrentSet!;
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        Assert.NotNull(stale.Pick(default));
    }

    [Fact]
    public void A_retry_prefers_an_untried_endpoint_then_a_tried_one_but_never_an_ejected_one()
    {
        using var cluster = new TestCluster(endpoints: 3);
        cluster.Fail(cluster.Endpoints[2], 5);
        UpstreamEndpoint[] tried = [cluster.Endpoints[0]];
        for (int i = 0; i < 10; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick(new PickContext { TriedEndpoints = tried });
            Assert.Same(cluster.Endpoints[1], lease.Endpoint);
        }

        tried = [cluster.Endpoints[0], cluster.Endpoints[1]];
        for (int i = 0; i < 10; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick(new PickContext { TriedEndpoints = tried });
            Assert.NotSame(cluster.Endpoints[2], lease.Endpoint);
        }
    }

    [Fact]
    public void In_panic_a_retry_goes_to_an_untried_ejected_endpoint()
    {
        using TestCluster cluster = Unlimited(endpoints: 4);
        for (int i = 0; i < 3; i++)
        {
            cluster.Fail(cluster.Endpoints[i], 5);
        }

        UpstreamEndpoint[] tried = [cluster.Endpoints[3], cluster.Endpoints[0]];
        for (int i = 0; i < 10; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick(new PickContext { TriedEndpoints = tried });
            Assert.DoesNotContain(lease.Endpoint, tried);
        }
    }

    [Fact]
    public void Failures_in_panic_do_not_count_towards_the_next_ejection()
    {
        using TestCluster cluster = Unlimited(endpoints: 2);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        EndpointStatus ejected = cluster.Endpoints[0].Status;

        cluster.Fail(cluster.Endpoints[0], 20);

        Assert.Equal(ejected, cluster.Endpoints[0].Status);
    }

    private static TestCluster Unlimited(int endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.OutlierDetection.MaxEjectionPercent = 100;
        configure?.Invoke(options);
    });
}
