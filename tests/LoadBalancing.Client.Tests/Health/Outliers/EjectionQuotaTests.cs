using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The maximum number of endpoints that are ejected simultaneously.</summary>
public sealed class EjectionQuotaTests
{
    public static TheoryData<int, double, int> Shares => new()
    {
        { 1, 50, 0 }, { 1, 99, 0 }, { 1, 100, 1 },
        { 2, 50, 1 }, { 2, 10, 1 }, { 2, 100, 2 },
        { 3, 50, 1 }, { 3, 67, 2 }, { 3, 66, 1 },
        { 4, 50, 2 }, { 5, 30, 1 }, { 5, 40, 2 },
        { 9, 10, 1 }, { 10, 10, 1 }, { 10, 19, 1 }, { 10, 20, 2 }, { 10, 50, 5 },
        { 100, 29, 29 }, { 10, 0, 0 }, { 0, 50, 0 },
    };

    [Theory]
    [MemberData(nameof(Shares))]
    public void The_share_is_rounded_down_but_never_below_one_of_two_or_more(int endpointCount, double percent, int expected)
    {
        var settings = OutlierDetectionSettings.From(new OutlierDetectionOptions { MaxEjectionPercent = percent });

        Assert.Equal(expected, settings.GetMaxEjected(endpointCount));
    }

    /// <summary>
    /// Every size from 1 to 10 with every whole percentage: the integer arithmetic, and the actual number of ejections when all endpoints fail.
    /// </summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9), InlineData(10)]
    public void Small_sets_eject_exactly_what_every_percentage_allows(int endpointCount)
    {
        var time = new FakeTimeProvider();
        EndpointDescription[] addresses = [.. Enumerable.Range(1, endpointCount).Select(TestCluster.Address)];
        for (int percent = 0; percent <= 100; percent++)
        {
            int expected = percent == 0 ? 0 : Math.Max(endpointCount >= 2 ? 1 : 0, endpointCount * percent / 100);
            var settings = OutlierDetectionSettings.From(new OutlierDetectionOptions { MaxEjectionPercent = percent });
            using var detector = new OutlierDetector(settings, new IgnoredEjectionEvents(), time, RandomSource.Seeded(1), TestGuard.Create());
            UpstreamEndpoint[] endpoints = [.. addresses.Select(static address => new UpstreamEndpoint(
                new EndpointIdentity(new Uri(address.Address), Hostname: null),
                address,
                new EndpointLoad()))];
            detector.SetEndpoints(endpoints, []);
            for (int i = 0; i < 5 * endpointCount; i++)
            {
                detector.OnFailure(endpoints[i % endpointCount], generation: 0, AttemptOutcome.Failure(FailureKind.ErrorResponse));
            }

            Assert.Equal(
                (endpointCount, percent, expected, expected),
                (endpointCount, percent, detector.EjectedCount, endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected)));
        }
    }

    [Fact]
    public void The_quota_refuses_and_the_streak_is_reset()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        cluster.Fail(cluster.Endpoints[2], 5);

        Assert.Equal(2, cluster.Ejected.Count);
        Assert.Equal(0u, cluster.Endpoints[2].Status.ConsecutiveErrors);
        Assert.Contains(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.EjectionRefused);
    }

    [Fact]
    public void A_refusal_is_logged_once_for_each_endpoint_until_a_restoration()
    {
        using var cluster = new TestCluster(endpoints: 2);
        cluster.Fail(cluster.Endpoints[0], 5);

        cluster.Fail(cluster.Endpoints[1], 50);
        Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.EjectionRefused);

        cluster.RunTo(TimeSpan.FromMinutes(4));
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 50);
        Assert.Equal(2, cluster.Logs.GetSnapshot().Count(static log => log.Id.Id == LogEvents.EjectionRefused));
    }

    [Fact]
    public void A_restoration_releases_quota()
    {
        using var cluster = new TestCluster(endpoints: 2);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        Assert.Equal(EndpointHealth.Available, cluster.Endpoints[1].Health);

        cluster.RunTo(TimeSpan.FromMinutes(4));
        cluster.Fail(cluster.Endpoints[1], 5);

        Assert.Equal(EndpointHealth.Ejected, cluster.Endpoints[1].Health);
    }

    [Fact]
    public void A_set_that_shrinks_restores_no_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);

        Assert.Equal(2, cluster.Ejected.Count);
    }

    [Fact]
    public void A_removed_ejected_endpoint_releases_its_quota()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3), TestCluster.Address(4), TestCluster.Address(5)]);
        cluster.Fail(cluster.Endpoints[2], 5);

        Assert.Equal(2, cluster.Ejected.Count);
    }

    [Fact]
    public void A_late_failure_of_a_removed_endpoint_takes_no_quota()
    {
        using var cluster = new TestCluster(endpoints: 4);
        UpstreamEndpoint removed = cluster.Endpoints[0];
        EndpointLease[] late = [.. Enumerable.Range(0, 5).Select(_ => cluster.Lease(removed))];

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3)]);
        Array.ForEach(late, static lease => lease.End(AttemptOutcome.Failure(FailureKind.Reset)));

        Assert.True(removed.IsRemoved);
        cluster.Fail(cluster.Endpoints[0], 5);
        Assert.Single(cluster.Ejected);
    }

    [Fact]
    public void An_endpoint_that_is_removed_and_added_again_starts_clean()
    {
        using var cluster = new TestCluster(endpoints: 4);
        cluster.Fail(cluster.Endpoints[0], 5);

        cluster.Update([TestCluster.Address(2), TestCluster.Address(3), TestCluster.Address(4)]);
        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(3), TestCluster.Address(4)]);

        Assert.Empty(cluster.Ejected);
    }
}
