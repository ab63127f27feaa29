using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Levels;

/// <summary>Which endpoints of a large set a client uses.</summary>
public sealed class SubsettingTests
{
    [Fact]
    public void A_client_uses_its_number_of_endpoints_and_always_the_same_ones()
    {
        using TestCluster cluster = Cluster(100, "orders-1");
        using TestCluster again = Cluster(100, "orders-1");
        using TestCluster other = Cluster(100, "orders-2");

        Assert.Equal(10, Used(cluster).Length);
        Assert.Equal(Used(cluster), Used(again));
        Assert.NotEqual(Used(cluster), Used(other));
        Assert.Equal(10, cluster.PickMany(1000).Count);
    }

    [Fact]
    public void The_order_of_the_endpoints_does_not_matter()
    {
        using TestCluster cluster = Cluster(100, "orders-1");
        string[] before = Used(cluster);
        cluster.Update([.. Enumerable.Range(1, 100).Reverse().Select(TestCluster.Address)]);

        Assert.Equal(before.Order(StringComparer.Ordinal), Used(cluster).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Adding_or_removing_an_endpoint_changes_at_most_one()
    {
        using TestCluster cluster = Cluster(100, "orders-1");
        for (int number = 1; number <= 100; number++)
        {
            string[] before = Used(cluster);
            string removed = TestCluster.Address(number).Address + "/";
            cluster.Update([.. Enumerable.Range(1, 101).Where(i => i != number).Select(TestCluster.Address)]);
            string[] after = Used(cluster);

            Assert.Equal(10, after.Length);
            Assert.True(before.Except(after).Count() <= 2, "one was removed and one added: at most two");
            Assert.DoesNotContain(removed, after);
            cluster.Update([.. Enumerable.Range(1, 100).Select(TestCluster.Address)]);
            Assert.Equal(before.Order(StringComparer.Ordinal), Used(cluster).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Many_clients_together_use_all_endpoints_about_equally()
    {
        using var cluster = new TestCluster(100);
        UpstreamEndpoint[] all = [.. cluster.Endpoints];
        var panic = new PanicRule(50, PanicTraffic.All);
        int[] users = new int[all.Length];
        for (int client = 0; client < 1000; client++)
        {
            foreach (UpstreamEndpoint used in new SubsettingSettings(20, $"client-{client}").Choose(all, panic))
            {
                users[Array.IndexOf(all, used)]++;
            }
        }

        // 200 each, with a standard deviation of 12.6.
        Assert.All(users, static count => Assert.InRange(count, 145, 255));
    }

    [Fact]
    public void A_subset_widens_before_it_panics_and_narrows_again()
    {
        using TestCluster cluster = Cluster(100, "orders-1");
        UpstreamEndpoint[] used = [.. cluster.Endpoints.Where(static endpoint => endpoint.Share > 0)];
        foreach (UpstreamEndpoint endpoint in used.Take(6))
        {
            cluster.Fail(endpoint, 5);
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(cluster.Balancer.CurrentSet!.InPanic);
        Assert.Equal(6, Used(cluster).Length);
        Assert.Equal(4, Used(cluster).Intersect(used.Select(static endpoint => endpoint.Address.AbsoluteUri)).Count());

        cluster.RunTo(TimeSpan.FromMinutes(10));
        Assert.Equal(used.Select(static endpoint => endpoint.Address.AbsoluteUri), Used(cluster));
    }

    [Fact]
    public void Without_panic_a_subset_widens_when_no_endpoint_is_available()
    {
        using TestCluster cluster = Cluster(30, "orders-1", static options => options.Panic.ThresholdPercent = 0);
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints.Where(static endpoint => endpoint.Share > 0).ToArray())
        {
            cluster.Fail(endpoint, 5);
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(Used(cluster));
    }

    [Fact]
    public void A_subset_that_widened_to_the_whole_set_panics()
    {
        using TestCluster cluster = Cluster(40, "orders-1");
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints.Take(30))
        {
            cluster.Fail(endpoint, 5);
        }

        cluster.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(cluster.Balancer.CurrentSet!.InPanic);
        Assert.Equal(40, Used(cluster).Length);
    }

    [Fact]
    public void Each_level_has_its_own_subset()
    {
        using var cluster = new TestCluster(
            [.. Enumerable.Range(1, 60).Select(static i => new EndpointDescription(TestCluster.Address(i).Address) { Priority = i % 2 })],
            static options => options.Subsetting = new SubsettingOptions { Size = 10, ClientId = "orders-1" });

        Assert.Equal([10, 10], cluster.Balancer.CurrentSet!.Levels.Select(static level => level.Level.AllEndpoints.Count));
    }

    [Fact]
    public void Unused_endpoints_report_the_reason()
    {
        using TestCluster cluster = Cluster(20, "orders-1");
        UpstreamEndpoint unused = cluster.Endpoints.First(static endpoint => endpoint.Share == 0);

        Assert.Equal("it is not in the subset of this client (Subsetting)", unused.ShareReason);
    }

    [Fact]
    public void A_set_that_is_not_larger_is_used_completely()
    {
        using TestCluster cluster = Cluster(10, "orders-1");

        Assert.Equal(10, Used(cluster).Length);
    }

    private static TestCluster Cluster(int endpoints, string client, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.Subsetting = new SubsettingOptions { Size = 10, ClientId = client };
        options.OutlierDetection.MaxEjectionPercent = 100;
        configure?.Invoke(options);
    });

    private static string[] Used(TestCluster cluster) =>
        [.. cluster.Endpoints.Where(static endpoint => endpoint.Share > 0).Select(static endpoint => endpoint.Address.AbsoluteUri)];
}
