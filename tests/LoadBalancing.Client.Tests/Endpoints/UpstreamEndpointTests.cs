using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Endpoints;

/// <summary>What an endpoint shows of itself, and that health and membership are two things.</summary>
public sealed class UpstreamEndpointTests
{
    [Fact]
    public void An_endpoint_that_leaves_keeps_the_health_it_had_and_is_not_available()
    {
        using var cluster = new TestCluster(3, static o => o.OutlierDetection.ConsecutiveErrors = 1);
        UpstreamEndpoint ejected = cluster.Endpoints[0], healthy = cluster.Endpoints[1];
        cluster.Fail(ejected);

        cluster.Update([TestCluster.Address(3)]);

        Assert.Equal((EndpointHealth.Ejected, true, false), (ejected.Health, ejected.IsRemoved, ejected.IsAvailable));
        Assert.Equal((EndpointHealth.Available, true, false), (healthy.Health, healthy.IsRemoved, healthy.IsAvailable));
        Assert.Equal((EndpointHealth.Available, false, true), (cluster.Endpoints[0].Health, cluster.Endpoints[0].IsRemoved, cluster.Endpoints[0].IsAvailable));
    }

    [Fact]
    public void Before_the_first_set_an_endpoint_has_no_priority_level_and_no_share()
    {
        var endpoint = new UpstreamEndpoint(new EndpointIdentity(new Uri("http://a"), Hostname: null), "http://a", new EndpointLoad());

        Assert.Equal(((int?)null, 0, null), (endpoint.PriorityLevel, endpoint.Share, endpoint.ShareReason));
    }
}
