using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Endpoints whose detector is switched off by a reload while they are ejected.</summary>
public sealed class DetectorDisabledTests
{
    [Fact]
    public void With_no_detector_left_all_endpoints_are_restored_immediately()
    {
        using var cluster = new TestCluster(configure: static options =>
        {
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.OutlierDetection.ConsecutiveGatewayErrors = 2;
        });
        var observer = new RestoreObserver();
        cluster.Balancer.Subscribe(observer);
        cluster.Fail(cluster.Endpoints[0], 5, FailureKind.Reset);
        cluster.Fail(cluster.Endpoints[1], 2, FailureKind.Gateway);
        int before = cluster.Ejected.Count;

        cluster.Configure(static options => (options.OutlierDetection.ConsecutiveErrors, options.OutlierDetection.ConsecutiveGatewayErrors) = (0, 0));

        Assert.Equal((2, 0), (before, cluster.Ejected.Count));
        Assert.Equal([RestoreCause.DetectorDisabled, RestoreCause.DetectorDisabled], observer.Causes);
        Assert.Equal(4, cluster.PickMany(40).Count);
    }

    [Fact]
    public void An_endpoint_whose_detector_stays_on_keeps_its_ejection()
    {
        using var cluster = new TestCluster(configure: static options => options.OutlierDetection.WindowedSuccessRate = new() { RequestVolume = 10 });
        UpstreamEndpoint byRate = cluster.Endpoints[0];
        UpstreamEndpoint byErrors = cluster.Endpoints[1];
        cluster.Serve(byRate, successes: 8, failures: 3);
        cluster.Configure(static options => options.OutlierDetection.MaxEjectionPercent = 100);
        cluster.Fail(byErrors, 5);
        OutlierDetectorKind?[] before = [byRate.EjectedBy, byErrors.EjectedBy];

        cluster.Configure(static options => options.OutlierDetection.WindowedSuccessRate = null);

        Assert.Equal([OutlierDetectorKind.WindowedSuccessRate, OutlierDetectorKind.ConsecutiveErrors], before);
        Assert.Equal((EndpointHealth.Available, EndpointHealth.Ejected), (byRate.Health, byErrors.Health));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    public void A_detector_that_cannot_eject_any_more_counts_as_switched_off(double enforcement, double maxEjection)
    {
        using var cluster = new TestCluster();
        cluster.Fail(cluster.Endpoints[0], 5);
        int before = cluster.Ejected.Count;

        cluster.Configure(options =>
        {
            options.OutlierDetection.ConsecutiveErrorsEnforcementPercent = enforcement;
            options.OutlierDetection.MaxEjectionPercent = maxEjection;
        });

        Assert.Equal((1, 0), (before, cluster.Ejected.Count));
    }

    [Fact]
    public void The_quota_of_restored_endpoints_is_free_again()
    {
        using var cluster = new TestCluster();
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Configure(static options => options.OutlierDetection.ConsecutiveErrors = 0);
        cluster.Configure(static options => options.OutlierDetection.ConsecutiveErrors = 5);

        cluster.Fail(cluster.Endpoints[1], 5);

        Assert.Equal([cluster.Endpoints[1]], cluster.Ejected);
    }

    private sealed class RestoreObserver : LoadBalancerObserver
    {
        public List<RestoreCause> Causes { get; } = [];

        public override void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp) => Causes.Add(cause);
    }
}
