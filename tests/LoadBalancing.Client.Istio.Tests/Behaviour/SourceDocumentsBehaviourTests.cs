using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>The source material's documents, and that what they say happens: in virtual time, to the second.</summary>
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
    public async Task After_five_errors_in_a_row_a_server_is_out_for_three_minutes_and_comes_back_at_a_sweep()
    {
        await using PolicyClient client = Create(Yamls.Fixture("destination-rule.yaml"));
        _cluster.Endpoints[0].Fail(HttpStatusCode.InternalServerError);
        UpstreamEndpoint failing = client.Balancer.Endpoints.Single(endpoint => endpoint.Address.Authority == _cluster.Endpoints[0].Address.Authority);

        _clock.Run(() => CallAsync(client, 100));

        Assert.Equal((EndpointHealth.Ejected, 5), (failing.Health, failing.FailureCount));
        Assert.Equal(5, _cluster.Endpoints[0].Counts.Received);
        TimeSpan began = _clock.Elapsed;
        _clock.AdvanceTo(began + TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(EndpointHealth.Ejected, failing.Health);
        _clock.AdvanceTo(began + TimeSpan.FromMinutes(4));
        Assert.Equal(EndpointHealth.Available, failing.Health);
    }

    [Fact]
    public async Task Four_errors_and_a_success_are_nothing()
    {
        await using PolicyClient client = Create(Yamls.Fixture("destination-rule.yaml"));
        int served = 0;
        _cluster.Endpoints[0].Reply = _ => ++served % 5 == 0 ? HttpStatusCode.OK : HttpStatusCode.InternalServerError;

        _clock.Run(() => CallAsync(client, 100));

        Assert.All(client.Balancer.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public async Task Every_request_is_five_seconds_late_and_after_the_change_of_the_file_one_in_ten_is_aborted()
    {
        await using PolicyClient client = Create(Yamls.Repaired("virtual-service-delay.yaml"));
        TimeSpan began = _clock.Elapsed;
        List<HttpStatusCode> late = _clock.Run(() => CallAsync(client, 10));
        // Ten times five seconds, and next to nothing for the servers.
        Assert.InRange(_clock.Elapsed - began, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(51));
        Assert.All(late, static status => Assert.Equal(HttpStatusCode.OK, status));

        client.Write(Yamls.Repaired("virtual-service-abort.yaml"));
        Assert.True(client.Policies.Reload());
        long received = _cluster.Endpoints.Sum(static endpoint => endpoint.Counts.Received);
        List<HttpStatusCode> answers = _clock.Run(() => CallAsync(client, 5000));

        int aborted = answers.Count(static status => status == HttpStatusCode.InternalServerError);
        Assert.Equal(5000, aborted + answers.Count(static status => status == HttpStatusCode.OK));
        Assert.Equal(5000 - aborted, _cluster.Endpoints.Sum(static endpoint => endpoint.Counts.Received) - received);

        // Five standard deviations of 5,000 draws at 10 %: 5 x 21.2.
        Assert.InRange(aborted, 500 - 106, 500 + 106);
    }

    private static async Task<List<HttpStatusCode>> CallAsync(PolicyClient client, int count)
    {
        HttpClient http = client.Http;
        var answers = new List<HttpStatusCode>();
        for (int i = 0; i < count; i++)
        {
            using HttpResponseMessage response = await http.GetAsync("/");
            answers.Add(response.StatusCode);
        }

        return answers;
    }

    /// <summary>A watched file changes in real time, which has no place in virtual time.</summary>
    private PolicyClient Create(string yaml) => new(
        yaml,
        register: services =>
        {
            services.UseVirtualCluster(Yamls.Foo, _cluster);
            services.AddSingleton(RandomSource.Seeded(1));
        },
        identity: static identity => identity.WatchFiles = false);
}
