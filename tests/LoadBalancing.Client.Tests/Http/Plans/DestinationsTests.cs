using System.Net;
using LoadBalancing.Client.Tests.Cluster;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Plans;

/// <summary>Routes with weighted destinations: subsets and other services.</summary>
public sealed class DestinationsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_distributed_by_weight()
    {
        const int Calls = 10_000;
        var stub = new StubHandler();
        await using BalancedClient client = Client(stub, RandomSource.Seeded(5), Split(90, 10));

        for (int i = 0; i < Calls; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        // The standard deviation of 10,000 draws with 10 % is 30.
        int v2 = stub.Authorities.Count(static host => host is "10.0.0.3" or "10.0.0.4");
        Assert.InRange(v2, 1_000 - 120, 1_000 + 120);
        Assert.Equal(4, stub.Authorities.Distinct().Count());
    }

    [Fact]
    public async Task Retries_stay_within_the_destination_and_count_against_it()
    {
        var stub = new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.BadGateway));
        await using BalancedClient client = Client(stub, new ConstantRandom(), Split(1, 0));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(3, stub.Calls.Count);
        Assert.All(stub.Authorities, static host => Assert.True(host is "10.0.0.1" or "10.0.0.2", host));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], stub.Authorities.Take(2).Order());
    }

    [Theory]
    [InlineData(0, 5, "10.0.0.3,10.0.0.4")]
    [InlineData(5, 0, "10.0.0.1,10.0.0.2")]
    public async Task A_weight_of_zero_gets_nothing(int first, int second, string hosts)
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(stub, RandomSource.Seeded(1), Split(first, second));

        for (int i = 0; i < 50; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Equal(hosts.Split(','), stub.Authorities.Distinct().Order());
    }

    [Fact]
    public async Task A_single_destination_gets_all_requests_whatever_its_weight()
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(
            stub,
            RandomSource.Seeded(1),
            new RequestRouteOptions { Name = "split", Destinations = [new() { Subset = "v2", Weight = 0 }] });

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.StartsWith("10.0.0.", Assert.Single(stub.Authorities), StringComparison.Ordinal);
        Assert.True(stub.Authorities[0] is "10.0.0.3" or "10.0.0.4");
    }

    [Fact]
    public async Task A_destination_changes_headers_and_the_route_overrides_them()
    {
        var seen = new List<string>();
        var stub = new StubHandler(call =>
        {
            seen.Add(string.Join("; ", call.Request.Headers.NonValidated
                .Where(static header => header.Key.StartsWith("x-", StringComparison.Ordinal))
                .Select(static header => $"{header.Key}: {header.Value}")
                .Order()));
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        await using BalancedClient client = Client(stub, new ConstantRandom(), new RequestRouteOptions
        {
            Name = "split",
            RequestHeaders = new() { Set = { ["x-a"] = "route" } },
            Destinations =
            [
                new() { Subset = "v1", RequestHeaders = new()
                {
                    Set = { ["x-a"] = "destination", ["x-version"] = "1" },
                }, ResponseHeaders = new() { Set = { ["x-from"] = "v1" } } },
                new() { Subset = "v2", Weight = 0, RequestHeaders = new() { Set = { ["x-version"] = "2" } } },
            ],
        });

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(["x-a: route; x-version: 1"], seen);
        Assert.Equal("v1", Assert.Single(response.Headers.GetValues("x-from")));
    }

    [Fact]
    public async Task Failures_of_one_subset_count_against_that_subset_only()
    {
        var stub = new StubHandler(static call => new HttpResponseMessage(call.Uri.Host is "10.0.0.3" or "10.0.0.4"
            ? HttpStatusCode.InternalServerError
            : HttpStatusCode.OK));
        await using BalancedClient client = Client(stub, RandomSource.Seeded(3), Split(50, 50));

        for (int i = 0; i < 200; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.All(client.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
        Assert.Equal(1, client.Subset("v2").Endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected));
        Assert.All(client.Subset("v1").Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public async Task Requests_to_another_service_use_its_cluster_policies()
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using ServiceProvider provider = TwoServices(stub, "1");
        HttpClient catalog = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        Task<HttpResponseMessage> first = catalog.GetAsync(new Uri("/", UriKind.Relative), caller.Token);
        StubCall call = await stub.WaitForCallAsync(1);

        var refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => catalog.GetAsync(new Uri("/", UriKind.Relative), Cancelled));

        Assert.Equal(("10.1.0.1", "catalog"), (call.Uri.Host, call.Host));
        Assert.Equal("reports", refused.ServiceName);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Changed_options_of_the_other_service_apply_immediately_and_services_may_lead_to_each_other()
    {
        var stub = new StubHandler();
        await using ServiceProvider provider = TwoServices(stub, "5", back: true);
        var configuration = (IConfigurationRoot)provider.GetRequiredService<IConfiguration>();
        var clients = provider.GetRequiredService<IHttpClientFactory>();
        using HttpResponseMessage there = await clients.CreateClient("catalog").GetAsync(new Uri("/", UriKind.Relative), Cancelled);
        using HttpResponseMessage back = await clients.CreateClient("reports").GetAsync(new Uri("/", UriKind.Relative), Cancelled);

        configuration["LoadBalancing:reports:Endpoints:0"] = "http://10.1.0.2";
        configuration.Reload();
        using HttpResponseMessage after = await clients.CreateClient("catalog").GetAsync(new Uri("/", UriKind.Relative), Cancelled);

        Assert.Equal(["10.1.0.1", "10.0.0.1", "10.1.0.2"], stub.Authorities);
    }

    [Fact]
    public async Task An_unknown_subset_of_the_other_service_is_an_error_that_names_the_known_subsets()
    {
        var stub = new StubHandler();
        await using ServiceProvider provider = TwoServices(stub, "5", subset: "v7");

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => provider
            .GetRequiredService<IHttpClientFactory>()
            .CreateClient("catalog")
            .GetAsync(new Uri("/", UriKind.Relative), Cancelled));

        Assert.Equal("A route leads to subset 'v7' of service 'reports', which does not exist. The service has 'v1'.", thrown.Message);
    }

    [Fact]
    public async Task The_effective_policy_lists_the_destinations_and_draws_none()
    {
        var random = RandomSource.Seeded(1);
        await using BalancedClient client = Client(
            new StubHandler(),
            random,
            Split(90, 10),
            static options => options.Subsets["v2"].Panic = new() { ThresholdPercent = 0 });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/items");

        string[] values = [.. client.Policies.Explain("catalog", request).Values.Select(static value => value.ToString())];

        Assert.Contains("Destinations = catalog/v1, weight 90 (route)", values);
        Assert.Contains("Destinations = catalog/v2, weight 10 (route)", values);
        Assert.Contains("Subsets:v1 = version=v1; all policies of the service (service)", values);
        Assert.Contains("Subsets:v2 = version=v2; its own Panic (service)", values);
    }

    [Fact]
    public async Task Over_real_connections_each_version_gets_its_share_its_header_and_its_path()
    {
        const int Calls = 400;
        await using LoopbackServer one = await LoopbackServer.StartAsync(
            static context => context.Response.WriteAsync($"1 {context.Request.Headers["x-version"]}"));
        await using LoopbackServer two = await LoopbackServer.StartAsync(
            static context => context.Response.WriteAsync($"2 {context.Request.Headers["x-version"]}"));
        await using var client = new BalancedClient(
            options: options =>
            {
                options.Endpoints = [new(one.Address) { Labels = { ["version"] = "v1" } }, new(two.Address) { Labels = { ["version"] = "v2" } }];
                SubsetsTests.TwoVersions(options);
                options.Routes =
                [
                    new()
                    {
                        Name = "split",
                        Match = [new() { PathPrefix = "/api/" }],
                        Rewrite = new() { Prefix = "/" },
                        Destinations =
                        [
                            new() { Subset = "v1", Weight = 3, RequestHeaders = new() { Set = { ["x-version"] = "one" } } },
                            new() { Subset = "v2", Weight = 1, RequestHeaders = new() { Set = { ["x-version"] = "two" } } },
                        ],
                    },
                ];
            },
            random: RandomSource.Seeded(7));

        var bodies = new List<string>();
        for (int i = 0; i < Calls; i++)
        {
            bodies.Add(await client.Http.GetStringAsync(new Uri("/api/a%2Fb?c=d", UriKind.Relative), Cancelled));
        }

        // The standard deviation of 400 draws with 25 % is 8.7.
        Assert.InRange(two.Requests.Count, 100 - 35, 100 + 35);
        Assert.Equal(["1 one", "2 two"], bodies.Distinct().Order());
        Assert.All(one.Requests.Concat(two.Requests), static request => Assert.Equal(("/a%2Fb?c=d", "catalog"), (request.Target, request.Host)));
        Assert.Equal((1, 1), (one.ConnectionsAccepted, two.ConnectionsAccepted));
    }

    private static RequestRouteOptions Split(int v1, int v2) =>
        new() { Name = "split", Destinations = [new() { Subset = "v1", Weight = v1 }, new() { Subset = "v2", Weight = v2 }] };

    private static BalancedClient Client(
        HttpMessageHandler stub,
        RandomSource random,
        RequestRouteOptions route,
        Action<LoadBalancingOptions>? options = null) => new(
        stub,
        target =>
        {
            SubsetsTests.Endpoints(target);
            SubsetsTests.TwoVersions(target);
            target.Routes = [route];
            options?.Invoke(target);
        },
        random: random);

    private static ServiceProvider TwoServices(StubHandler stub, string limit, bool back = false, string? subset = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["LoadBalancing:catalog:Endpoints:0"] = "http://10.0.0.1",
            ["LoadBalancing:catalog:Routes:0:Name"] = "elsewhere",
            ["LoadBalancing:catalog:Routes:0:Destinations:0:Service"] = "reports",
            ["LoadBalancing:catalog:Routes:0:Destinations:0:Subset"] = subset,
            ["LoadBalancing:reports:Endpoints:0"] = "http://10.1.0.1",
            ["LoadBalancing:reports:Subsets:v1:Labels:version"] = "v1",
            ["LoadBalancing:reports:ConnectionPool:MaxRequests"] = limit,
            ["LoadBalancing:reports:ConnectionPool:MaxPendingRequests"] = "0",
        };
        if (back)
        {
            settings["LoadBalancing:reports:Routes:0:Name"] = "back";
            settings["LoadBalancing:reports:Routes:0:Destinations:0:Service"] = "catalog";
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLoadBalancedHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(() => stub);
        services.AddLoadBalancedHttpClient("reports").ConfigurePrimaryHttpMessageHandler(() => stub);
        return services.BuildServiceProvider();
    }
}
