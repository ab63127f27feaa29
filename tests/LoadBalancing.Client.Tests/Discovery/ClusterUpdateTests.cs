using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace LoadBalancing.Client.Tests.Discovery;

/// <summary>How an endpoint update affects existing endpoints.</summary>
public sealed class ClusterUpdateTests
{
    [Fact]
    public void Endpoints_that_stay_keep_their_object_ejection_and_attempts_in_flight()
    {
        using var cluster = new TestCluster(endpoints: 3);
        UpstreamEndpoint remaining = cluster.Endpoints[1];
        cluster.Fail(remaining, 5);
        using EndpointLease lease = cluster.Lease(remaining);

        cluster.Update([TestCluster.Address(7), TestCluster.Address(2)]);

        Assert.Same(remaining, cluster.Endpoints[1]);
        Assert.Equal(EndpointHealth.Ejected, remaining.Health);
        Assert.Equal(1, remaining.InFlight);
    }

    [Theory]
    [InlineData("http://10.0.0.1:8080/")]
    [InlineData("HTTP://10.0.0.1:8080")]
    public void Different_spellings_are_the_same_endpoint(string spelling)
    {
        using var cluster = new TestCluster(endpoints: 1);
        UpstreamEndpoint before = cluster.Endpoints[0];

        cluster.Update([spelling]);

        Assert.Same(before, Assert.Single(cluster.Endpoints));
    }

    [Fact]
    public void Another_host_name_is_another_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 1);

        cluster.Update([TestCluster.Address(1), new EndpointDescription("http://10.0.0.1:8080") { Hostname = "Other.Example" }]);

        Assert.Equal([null, "other.example"], cluster.Endpoints.Select(static endpoint => endpoint.Hostname));
    }

    [Fact]
    public void Labels_are_those_of_the_last_update_and_ignore_later_changes_to_the_description()
    {
        var description = new EndpointDescription("http://10.0.0.1:8080") { Labels = { ["version"] = "v1" } };
        using var cluster = new TestCluster([description, TestCluster.Address(2)]);
        description.Labels["version"] = "changed later";
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        string before = endpoint.Labels["version"];

        cluster.Update(
        [
            new EndpointDescription("http://10.0.0.1:8080") { Labels = { ["version"] = "v2", ["track"] = "canary" } },
            TestCluster.Address(2),
        ]);

        Assert.Equal("v1", before);
        Assert.Equal(["track = canary", "version = v2"], endpoint.Labels.Select(static label => $"{label.Key} = {label.Value}").Order());
        Assert.Empty(cluster.Endpoints[1].Labels);
    }

    [Fact]
    public void A_changed_weight_applies_from_the_next_snapshot()
    {
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint before = cluster.Endpoints[0];

        cluster.Update([new EndpointDescription("http://10.0.0.1:8080") { Weight = 3 }, TestCluster.Address(2)]);

        Assert.Same(before, cluster.Endpoints[0]);
        Assert.Equal(75, cluster.PickMany(100)[before]);
    }

    [Fact]
    public void A_lease_granted_before_an_update_ends_on_its_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 2);
        EndpointLease lease = cluster.Lease(cluster.Endpoints[0]);

        cluster.Update([TestCluster.Address(2)]);
        lease.Report(AttemptOutcome.Success);
        lease.End();

        Assert.True(lease.Endpoint.IsRemoved);
        Assert.Equal((0, 1), (lease.Endpoint.InFlight, lease.Endpoint.SuccessCount));
    }

    [Fact]
    public void An_empty_update_after_a_non_empty_one_keeps_the_endpoints()
    {
        using var cluster = new TestCluster(endpoints: 2);

        cluster.Update([]);

        Assert.Equal(2, cluster.Endpoints.Count);
        Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.EmptyUpdateKept);
    }

    [Fact]
    public void An_empty_update_can_be_accepted()
    {
        using var cluster = new TestCluster(endpoints: 2, static options => options.EmptyUpdate = EmptyUpdateBehavior.Accept);

        cluster.Update([]);

        Assert.Empty(cluster.Endpoints);
        Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());
    }

    [Fact]
    public void Updates_of_several_sources_are_joined_and_duplicates_are_used_once()
    {
        using var cluster = new TestCluster(endpoints: 2);

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3)], source: "other");
        Assert.Equal(["10.0.0.1", "10.0.0.2", "10.0.0.3"], cluster.Endpoints.Select(static endpoint => endpoint.Address.Host));

        cluster.Update([TestCluster.Address(3)], source: "other");
        cluster.Update([TestCluster.Address(1)]);
        Assert.Equal(["10.0.0.1", "10.0.0.3"], cluster.Endpoints.Select(static endpoint => endpoint.Address.Host));
    }

    [Fact]
    public void An_update_without_added_or_removed_endpoints_is_not_logged()
    {
        using var cluster = new TestCluster(endpoints: 2);
        cluster.Logs.Clear();

        cluster.Update([TestCluster.Address(2), new EndpointDescription("http://10.0.0.1:8080") { Weight = 3 }]);
        Assert.Empty(cluster.Logs.GetSnapshot());

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3)]);
        Assert.Equal(LogEvents.EndpointsChanged, Assert.Single(cluster.Logs.GetSnapshot()).Id.Id);
    }

    [Fact]
    public void An_invalid_update_is_rejected_as_a_whole_logged_and_counted()
    {
        using var cluster = new TestCluster(endpoints: 2);
        using var rejected = new MetricCollector<long>(cluster.Meters, LoadBalancingTelemetry.MeterName, "loadbalancing.client.updates.rejected");

        cluster.Update([TestCluster.Address(5), "ftp://10.0.0.6"]);

        Assert.Equal(["10.0.0.1", "10.0.0.2"], cluster.Endpoints.Select(static endpoint => endpoint.Address.Host));
        Assert.Equal(1, rejected.GetMeasurementSnapshot().EvaluateAsCounter());
        string log = Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.UpdateRejected).Message;
        Assert.Contains("endpoints:1: 'ftp://10.0.0.6' has the scheme 'ftp'; allowed are http, https, tcp, udp, unix.", log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_that_changes_after_the_update_changes_nothing()
    {
        EndpointDescription[] list = TestCluster.Weighted(1, 2, 3, 4);
        using var cluster = new TestCluster(list);

        Array.ForEach(list, static endpoint => (endpoint.Weight, endpoint.Priority, endpoint.Locality, endpoint.Labels) = (-5, -1, "/", null!));
        cluster.Fail(cluster.Endpoints[0], 5);

        Assert.Equal([1, 2, 3, 4], cluster.Endpoints.Select(static endpoint => endpoint.Weight));
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal((0, null), (endpoint.Priority, endpoint.Locality)));
        Assert.Equal(3, cluster.PickMany(90).Count);
        Assert.DoesNotContain(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.BackgroundFailed);
    }

    [Fact]
    public async Task Picks_during_many_updates_always_find_an_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 10);
        using var stop = new CancellationTokenSource();
        Task updates = Task.Run(
            () =>
            {
                for (int i = 0; i < 500; i++)
                {
                    cluster.Update([.. Enumerable.Range(i % 5, 5).Select(static n => TestCluster.Address(n + 1))]);
                }

                stop.Cancel();
            },
            TestContext.Current.CancellationToken);

        int picks = 0;
        while (!stop.IsCancellationRequested)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            picks++;
        }

        await updates;
        Assert.True(picks > 0);
        Assert.Equal(5, cluster.Endpoints.Count);
    }
}
