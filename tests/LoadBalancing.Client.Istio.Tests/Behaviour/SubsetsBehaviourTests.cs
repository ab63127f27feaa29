using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>Subsets, weights and other services, observed by the endpoints that receive requests.</summary>
public sealed class SubsetsBehaviourTests : IDisposable
{
    private const string Shares = """
        - match:
          - headers: {x-canary: {exact: "yes"}}
          route:
          - destination: {host: foo, subset: v2}
        - route:
          - destination: {host: foo, subset: v1}
            weight: 90
          - destination: {host: foo, subset: v2}
            weight: 10
        """;

    private static readonly string Rule = Yamls.Rule("loadBalancer: {simple: ROUND_ROBIN}") + """
          subsets:
          - name: v1
            labels: {version: v1}
          - name: v2
            labels: {version: v2}
            trafficPolicy:
              connectionPool: {http: {http2MaxRequests: 7}}

        """;

    private readonly StubHandler _stub = new();

    public void Dispose() => _stub.Dispose();

    [Fact]
    public async Task Requests_are_split_by_weight_between_subsets()
    {
        await using PolicyClient client = Create(Yamls.Documents(Rule, Yamls.Service(Shares)));

        await CallAsync(client, 5000, canary: false);

        // Five standard deviations of 5,000 draws at 10 %: 5 x 21.2.
        Assert.InRange(_stub.Authorities.Count(static authority => authority is "10.0.0.3"), 500 - 106, 500 + 106);
    }

    [Fact]
    public async Task Header_match_routes_to_a_subset_only()
    {
        await using PolicyClient client = Create(Yamls.Documents(Rule, Yamls.Service(Shares)));

        await CallAsync(client, 20, canary: true);

        Assert.All(_stub.Authorities, static authority => Assert.Equal("10.0.0.3", authority));
    }

    [Fact]
    public async Task Subset_is_a_cluster_with_its_own_policies()
    {
        await using PolicyClient client = Create(Yamls.Documents(Rule, Yamls.Service(Shares)));
        LoadBalancingOptions options = client.Services.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(Yamls.Foo);

        Assert.Equal((null, 7), (options.Subsets["v1"].ConnectionPool?.MaxRequests, options.Subsets["v2"].ConnectionPool?.MaxRequests));
        Assert.Equal("RoundRobin", options.Subsets["v2"].Strategy);
        Assert.Equal(
            "10.0.0.3",
            Assert.Single(client.Services.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Yamls.Foo, "v2").Endpoints).Address.Host);
    }

    [Fact]
    public async Task Rule_routes_to_another_registered_service()
    {
        await using PolicyClient client = Create(
            Yamls.Service("- route:\n  - destination: {host: bar.default.svc.cluster.local}"),
            static services => services.AddLoadBalancedHttpClient("bar", static options => options.Endpoints = ["http://10.9.9.9"]));

        await CallAsync(client, 3, canary: false);

        Assert.All(_stub.Authorities, static authority => Assert.Equal("10.9.9.9", authority));
    }

    private static async Task CallAsync(PolicyClient client, int count, bool canary)
    {
        HttpClient http = client.Http;
        for (int i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            if (canary)
            {
                request.Headers.Add("x-canary", "yes");
            }

            using HttpResponseMessage response = await http.SendAsync(request);
        }
    }

    private PolicyClient Create(string yaml, Action<IServiceCollection>? register = null) => new(
        yaml,
        _stub,
        static options => options.Endpoints =
        [
            new() { Address = "http://10.0.0.1", Labels = { ["version"] = "v1" } },
            new() { Address = "http://10.0.0.2", Labels = { ["version"] = "v1" } },
            new() { Address = "http://10.0.0.3", Labels = { ["version"] = "v2" } },
        ],
        services =>
        {
            services.AddSingleton(RandomSource.Seeded(1));
            register?.Invoke(services);
        });
}
