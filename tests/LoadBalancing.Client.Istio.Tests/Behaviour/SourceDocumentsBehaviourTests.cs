using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>The fixtures applied to a client, in virtual time, to the second.</summary>
public sealed class SourceDocumentsBehaviourTests
{
    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _cluster;

    public SourceDocumentsBehaviourTests()
    {
        _cluster = new VirtualCluster(_clock, seed: 1);
        _cluster.AddMany(3);
    }

    [Fact]
    public async Task Endpoint_is_ejected_for_three_minutes_after_five_consecutive_errors()
    {
        await using PolicyClient client = Create(Yamls.Fixture("destination-rule.yaml"));
        _cluster.Endpoints[0].Fail(HttpStatusCode.InternalServerError);
        UpstreamEndpoint failing = client.Balancer.Endpoints.Single(endpoint => endpoint.Address.Authority == _cluster.Endpoints[0].Address.Authority);

        _clock.Run(() => CallAsync(client, 100));

        Assert.Equal((EndpointHealth.Ejected, 5), (failing.Health, failing.FailureCount));
        Assert.Equal(5, _cluster.Endpoints[0].Counts.Received);
        TimeSpan start = _clock.Elapsed;
        _clock.AdvanceTo(start + TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(EndpointHealth.Ejected, failing.Health);
        _clock.AdvanceTo(start + TimeSpan.FromMinutes(4));
        Assert.Equal(EndpointHealth.Available, failing.Health);
    }

    [Fact]
    public async Task Four_consecutive_errors_do_not_eject()
    {
        await using PolicyClient client = Create(Yamls.Fixture("destination-rule.yaml"));
        int served = 0;
        _cluster.Endpoints[0].Reply = _ => ++served % 5 == 0 ? HttpStatusCode.OK : HttpStatusCode.InternalServerError;

        _clock.Run(() => CallAsync(client, 100));

        Assert.All(client.Balancer.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public async Task Requests_are_delayed_by_five_seconds_and_after_a_reload_one_in_ten_is_aborted()
    {
        await using PolicyClient client = Create(Yamls.Repaired("virtual-service-delay.yaml"));
        TimeSpan start = _clock.Elapsed;
        List<HttpStatusCode> delayed = _clock.Run(() => CallAsync(client, 10));

        // Ten times five seconds, and a few milliseconds for the servers.
        Assert.InRange(_clock.Elapsed - start, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(51));
        Assert.All(delayed, static status => Assert.Equal(HttpStatusCode.OK, status));

        client.Write(Yamls.Repaired("virtual-service-abort.yaml"));
        Assert.True(client.Policies.Reload());
        long received = _cluster.Endpoints.Sum(static endpoint => endpoint.Counts.Received);
        List<HttpStatusCode> statuses = _clock.Run(() => CallAsync(client, 5000));

        int aborted = statuses.Count(static status => status == HttpStatusCode.InternalServerError);
        Assert.Equal(5000, aborted + statuses.Count(static status => status == HttpStatusCode.OK));
        Assert.Equal(5000 - aborted, _cluster.Endpoints.Sum(static endpoint => endpoint.Counts.Received) - received);

        // Five standard deviations of 5,000 draws at 10 %: 5 x 21.2.
        Assert.InRange(aborted, 500 - 106, 500 + 106);
    }

    private static async Task<List<HttpStatusCode>> CallAsync(PolicyClient client, int count)
    {
        HttpClient http = client.Http;
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < count; i++)
        {
            using HttpResponseMessage response = await http.GetAsync("/");
            statuses.Add(response.StatusCode);
        }

        return statuses;
    }

    /// <summary>Files are not watched, because file events arrive in real time.</summary>
    private PolicyClient Create(string yaml) => new(
        yaml,
        register: services =>
        {
            services.UseVirtualCluster(Yamls.Foo, _cluster);
            services.AddSingleton(RandomSource.Seeded(1));
        },
        configureClient: static client => client.WatchFiles = false);
}
