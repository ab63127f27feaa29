using System.Net;
using LoadBalancing.Client.Tests.Cluster;

namespace LoadBalancing.Client.Tests.Runtime;

/// <summary>
/// Eight servers of version 1 and two of version 2, which receives a tenth of 400 calls per second; for twenty seconds of a virtual minute it
/// responds with errors only.
/// </summary>
public sealed class CanaryTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Failing_version_does_not_affect_the_other(int seed)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock, seed);
        cluster.AddMany(8, static endpoint => endpoint.Labels["version"] = "v1");
        IReadOnlyList<VirtualEndpoint> canaries = cluster.AddMany(2, static endpoint => endpoint.Labels["version"] = "v2");
        clock.Schedule(Minute / 3, () => Array.ForEach([.. canaries], static canary => canary.Fail(HttpStatusCode.InternalServerError)));
        clock.Schedule(Minute * 2 / 3, () => Array.ForEach([.. canaries], static canary => canary.Recover()));
        using VirtualClient client = cluster.CreateClient("catalog", static options =>
        {
            SubsetsTests.TwoVersions(options);
            options.OutlierDetection.Interval = TimeSpan.FromSeconds(1);
            options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(2);
            options.Routes = [new() { Name = "split", Destinations = [new() { Subset = "v1", Weight = 90 }, new() { Subset = "v2", Weight = 10 }] }];
        });
        var balancers = (ILoadBalancerProvider)client.Services.GetService(typeof(ILoadBalancerProvider))!;
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");
        LoadBalancer v2 = balancers.GetLoadBalancer("catalog", "v2");
        using var recorder = new TrafficRecorder(clock);
        recorder.Observe(v1);
        recorder.Observe(v2);
        int calls = 0;
        int failed = 0;

        clock.Run(() => clock.SendAtConstantRateAsync(400, Minute, async _ =>
        {
            using HttpResponseMessage response = await client.Http.GetAsync(new Uri("/items", UriKind.Relative));
            calls++;
            failed += response.IsSuccessStatusCode ? 0 : 1;
        }));

        // Of 24,000 draws of 10 % the standard deviation is 46, of the 8,000 while it fails it is 27.
        Assert.Equal(24_000, calls);
        Assert.InRange(canaries.Sum(static canary => canary.Counts.Received), 2_400 - 200, 2_400 + 200);
        Assert.InRange(failed, 800 - 120, 800 + 120);
        Assert.All(v1.Endpoints, static endpoint => Assert.Equal((0, EndpointHealth.Available), (endpoint.FailureCount, endpoint.Health)));
        Assert.All(v2.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
        Assert.NotEmpty(recorder.Ejections);
        Assert.All(recorder.Ejections, static ejection => Assert.Equal("catalog/v2", ejection.Client));
    }
}
