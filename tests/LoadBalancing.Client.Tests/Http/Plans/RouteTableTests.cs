using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Plans;

public sealed class RouteTableTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_route_that_matches_decides()
    {
        await using BalancedClient client = Client(
            new RequestRouteOptions { Name = "writes", Match = [new() { Methods = ["post"] }], Fault = Answer(501) },
            new RequestRouteOptions { Name = "items", Match = [new() { PathPrefix = "/items" }], Fault = Answer(502) },
            new RequestRouteOptions { Name = "rest", Fault = Answer(503) });

        int post = await StatusAsync(client, HttpMethod.Post, "/items");
        int get = await StatusAsync(client, HttpMethod.Get, "/items");
        int other = await StatusAsync(client, HttpMethod.Get, "/other");

        Assert.Equal((501, 502, 503), (post, get, other));
    }

    [Fact]
    public async Task A_request_that_matches_no_route_uses_the_options_of_the_service()
    {
        await using BalancedClient client = Client(new RequestRouteOptions { Name = "items", Match = [new() { Path = "/items" }], Fault = Answer(502) });

        Assert.Equal(200, await StatusAsync(client, HttpMethod.Get, "/other"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_can_select_its_route(bool sync)
    {
        await using BalancedClient client = Client(
            new RequestRouteOptions { Name = "items", Match = [new() { Path = "/items" }], Fault = Answer(502) },
            new RequestRouteOptions { Name = "reports", Match = [new() { Path = "/reports" }], Fault = Answer(501) });

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/items").LoadBalancing().Route("Reports").Request,
            sync,
            cancellationToken: Cancelled);

        Assert.Equal(501, (int)response.StatusCode);
    }

    [Fact]
    public async Task An_unknown_route_is_an_error_that_names_the_known_routes()
    {
        await using BalancedClient client = Client(new RequestRouteOptions { Name = "items" }, new RequestRouteOptions { Name = "reports" });

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/items").LoadBalancing().Route("none").Request,
            cancellationToken: Cancelled));

        Assert.Equal("The request selects route 'none' of service 'catalog', which does not exist. The service has 'items', 'reports'.", thrown.Message);
    }

    public static TheoryData<RouteMatchOptions, string, string, bool> Matches => new()
    {
        { new(), "GET", "/", true },
        { new() { Path = "/a" }, "GET", "/a", true },
        { new() { Path = "/a" }, "GET", "/a?b=c", true },
        { new() { Path = "/a" }, "GET", "/A", false },
        { new() { Path = "/a", IgnoreCase = true }, "GET", "/A", true },
        { new() { Path = "/a" }, "GET", "/a/", false },
        { new() { PathPrefix = "/foo" }, "GET", "/foobar", true },
        { new() { PathPrefix = "/foo/" }, "GET", "/foobar", false },
        { new() { PathRegex = "/items/[0-9]+" }, "GET", "/items/42", true },
        { new() { PathRegex = "/items/[0-9]+" }, "GET", "/items/42/more", false },
        { new() { PathRegex = "/ITEMS", IgnoreCase = true }, "GET", "/items", true },
        { new() { Path = "/a%2Fb" }, "GET", "/a%2Fb", true },
        { new() { Methods = ["PUT", "post"] }, "POST", "/", true },
        { new() { Methods = ["PUT", "post"] }, "GET", "/", false },
        { new() { Hosts = ["CATALOG"] }, "GET", "/", true },
        { new() { Hosts = ["other"] }, "GET", "/", false },
        { new() { Scheme = "HTTP" }, "GET", "/", true },
        { new() { Scheme = "https" }, "GET", "/", false },
        { new() { SchemeMatch = new() { Prefix = "http" } }, "GET", "/", true },
        { new() { SchemeMatch = new() { Exact = "https" } }, "GET", "/", false },
        { new() { MethodMatch = new() { Regex = "P(U|OS)T" } }, "PUT", "/", true },
        { new() { MethodMatch = new() { Regex = "P(U|OS)T" } }, "PATCH", "/", false },
        { new() { Ports = [80, 443] }, "GET", "/", true },
        { new() { Ports = [8080] }, "GET", "/", false },
        { new() { Authority = new() { Exact = "catalog" } }, "GET", "/", true },
        { new() { Authority = new() { Regex = "cat.*:8080" } }, "GET", ":8080/", true },
        { new() { Authority = new() { Exact = "catalog" } }, "GET", ":8080/", false },
        { new() { Headers = [new() { Name = "x-canary", Exact = "blue" }] }, "GET", "/", true },
        { new() { Headers = [new() { Name = "x-canary", Exact = "red" }] }, "GET", "/", false },
        { new() { Headers = [new() { Name = "x-canary" }, new() { Name = "x-other" }] }, "GET", "/", false },
        { new() { Query = [new() { Name = "a" }] }, "GET", "/?a=1", true },
        { new() { Query = [new() { Name = "a" }] }, "GET", "/?b=1", false },
        { new() { Query = [new() { Name = "a" }] }, "GET", "/", false },
        { new() { Query = [new() { Name = "a", Present = false }] }, "GET", "/?b=1", true },
        { new() { Query = [new() { Name = "a", Present = false }] }, "GET", "/?b=1&a", false },
        { new() { Query = [new() { Name = "a", Exact = "x y" }] }, "GET", "/?b=1&a=x%20y", true },
        { new() { Query = [new() { Name = "a", Exact = "x y" }] }, "GET", "/?a=x+y", true },
        { new() { Query = [new() { Name = "a", Prefix = "x" }] }, "GET", "/?a=xyz&a=1", true },
        { new() { Query = [new() { Name = "a", Prefix = "x" }] }, "GET", "/?a=1&a=xyz", false },
        { new() { Query = [new() { Name = "a", Regex = "[0-9]+" }] }, "GET", "/?a=12x", false },
        { new() { Path = "/a", Methods = ["GET"], Query = [new() { Name = "b", Exact = "c" }] }, "GET", "/a?b=c", true },
        { new() { Path = "/a", Methods = ["GET"], Query = [new() { Name = "b", Exact = "c" }] }, "POST", "/a?b=c", false },
    };

    [Theory]
    [MemberData(nameof(Matches))]
    public void A_request_matches(RouteMatchOptions options, string method, string address, bool matches)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://catalog" + address);
        request.Headers.Add("X-Canary", "blue");

        Assert.Equal(matches, new RouteMatch(options).Matches(request));
    }

    [Fact]
    public void The_authority_is_the_Host_header_of_the_request()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/") { Headers = { Host = "other.example" } };

        Assert.True(new RouteMatch(new() { Authority = new() { Prefix = "other." } }).Matches(request));
    }

    [Fact]
    public async Task One_of_several_matches_is_enough()
    {
        await using BalancedClient client = Client(
            new RequestRouteOptions { Name = "items", Match = [new() { Path = "/a" }, new() { Path = "/b" }], Fault = Answer(502) });

        int a = await StatusAsync(client, HttpMethod.Get, "/a");
        int b = await StatusAsync(client, HttpMethod.Get, "/b");
        int c = await StatusAsync(client, HttpMethod.Get, "/c");

        Assert.Equal((502, 502, 200), (a, b, c));
    }

    [Fact]
    public async Task A_route_inherits_what_it_does_not_set()
    {
        var stub = StubHandler.Script(HttpStatusCode.InternalServerError);
        await using var client = new BalancedClient(stub, static options =>
        {
            options.Retry.RetryOn = [RetryConditions.ServerError];
            options.Retry.MaxRetries = 1;
            options.Routes = [new() { Name = "items", Match = [new() { Path = "/items" }], Retry = new() { MaxRetries = 3 } }];
        });

        await StatusAsync(client, HttpMethod.Get, "/items");
        int byRoute = stub.Calls.Count;
        await StatusAsync(client, HttpMethod.Get, "/other");

        Assert.Equal((4, 2), (byRoute, stub.Calls.Count - byRoute));
    }

    [Fact]
    public async Task A_route_can_disable_what_the_service_enables()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(stub, static options =>
        {
            options.Fault = Answer(501);
            options.Routes = [new() { Name = "items", Match = [new() { Path = "/items" }], Retry = new() { MaxRetries = 0 }, Fault = new() }];
        });

        Assert.Equal((503, 501), (await StatusAsync(client, HttpMethod.Get, "/items"), await StatusAsync(client, HttpMethod.Get, "/other")));
        Assert.Single(stub.Calls);
    }

    [Fact]
    public async Task Limits_and_budget_are_shared_by_all_routes()
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, static options =>
        {
            (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxPendingRequests) = (1, 0);
            options.Routes = [new() { Name = "a", Match = [new() { Path = "/a" }] }, new() { Name = "b", Match = [new() { Path = "/b" }] }];
        });
        Task first = client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/a"), cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);

        await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/b"),
            cancellationToken: Cancelled));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Ten_routes_with_ten_timeouts_enforce_them_exactly()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            static options => options.Routes = [.. Enumerable.Range(1, 10).Select(static i => new RequestRouteOptions
            {
                Name = $"r{i}",
                Match = [new() { Path = $"/{i}" }],
                Timeout = TimeSpan.FromMilliseconds(100 * i),
            })],
            clock);
        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(1, 10)
            .Select(i => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/{i}"), cancellationToken: Cancelled))];

        var ended = new List<int>();
        for (int ms = 1; ms <= 1000; ms++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            ended.AddRange(Enumerable.Range(1, 10).Where(i => i * 100 == ms));
            foreach (int i in ended)
            {
                // The continuation of the timer runs on another thread; the clock waits for it.
                TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => calls[i - 1]);
                Assert.Contains($"Timeout of {FormattableString.Invariant($"{i / 10.0}")} s", thrown.Message, StringComparison.Ordinal);
            }

            Assert.All(Enumerable.Range(1, 10).Except(ended), i => Assert.False(calls[i - 1].IsCompleted, $"Route {i} timed out {100 * i - ms} ms too early."));
        }
    }

    [Fact]
    public async Task The_effective_policy_of_a_request_and_its_sources_can_be_printed()
    {
        await using var client = new BalancedClient(new StubHandler(), static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(20);
            options.Retry.MaxRetries = 3;
            options.ConnectionPool.MaxRequests = 50;
            options.Routes = [new()
            {
                Name = "reports",
                Match = [new() { PathPrefix = "/reports" }],
                Timeout = TimeSpan.FromSeconds(5),
                Retry = new() { RetryOn = ["5xx"] },
            }];
        });

        RequestPolicy policy = client.Policies.Explain("catalog", new HttpRequestMessage(HttpMethod.Get, "http://catalog/reports/7"));

        Assert.Equal(
            """
            service 'catalog', route 'reports'
            Timeout = 00:00:05 (route)
            TimeoutCoversBody = false (default)
            BodyIdleTimeout = 00:00:30 (default)
            Retry:MaxRetries = 3 (service)
            Retry:PerTryTimeout = 00:00:10, capped by Timeout (default)
            Retry:RetryOn = 5xx (route)
            Retry:RetriableStatuses = none (default)
            Retry:RetriableHeaders = none (default)
            Retry:RetryAllMethods = false (default)
            Retry:MaxBufferedBodySize = 0 (default)
            Retry:BaseBackoff = 00:00:00.0250000 (default)
            Retry:MaxBackoff = 00:00:00.2500000 (default)
            Fault = none (default)
            HashPolicies = none (default)
            ConnectionPool:MaxRequests = 50 (service)
            ConnectionPool:MaxRequestsPerEndpoint = no limit (default)
            ConnectionPool:AdaptiveLimit = none (default)
            ConnectionPool:MaxPendingRequests = no limit (default)
            ConnectionPool:PendingTimeout = infinite (default)
            ConnectionPool:MaxConcurrentRetries = no limit (default)
            """.ReplaceLineEndings("\n"),
            policy.ToString());
        Assert.Null(client.Policies.Explain("catalog", new HttpRequestMessage(HttpMethod.Get, "http://catalog/other")).Route);
    }

    [Fact]
    public async Task Routes_are_read_from_configuration()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(
            """
            { "Routes": [ { "Name": "reports", "Timeout": "5s", "Retry": { "MaxRetries": 0 }, "Match": [
                { "PathPrefix": "/reports", "Methods": ["GET"], "Headers": [ { "Name": "x-canary" } ], "Query": [ { "Name": "page", "Exact": "1" } ] } ] } ] }
            """u8.ToArray())).Build();
        await using var client = new BalancedClient(new StubHandler(), builder: builder => builder.Configure(configuration));
        var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/reports?page=1") { Headers = { { "X-Canary", "yes" } } };

        RequestPolicy policy = client.Policies.Explain("catalog", request);

        Assert.Equal(("reports", "Timeout = 00:00:05 (route)"), (policy.Route, policy.Values[0].ToString()));
    }

    private static BalancedClient Client(params RequestRouteOptions[] routes) => new(new StubHandler(), options => options.Routes = [.. routes]);

    private static FaultOptions Answer(int status) => new() { Abort = new FaultAbortOptions { Status = status, Percent = 100 } };

    private static async Task<int> StatusAsync(BalancedClient client, HttpMethod method, string path)
    {
        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(method, path), cancellationToken: Cancelled);
        return (int)response.StatusCode;
    }
}
