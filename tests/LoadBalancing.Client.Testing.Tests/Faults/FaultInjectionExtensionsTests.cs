using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Faults;

public sealed class FaultInjectionExtensionsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faults_affect_a_share_of_the_requests_and_are_counted()
    {
        var cluster = new VirtualCluster(new VirtualClock());
        cluster.Add(static endpoint => endpoint.Latency = VirtualLatency.None);
        using VirtualClient client = cluster.CreateClient("catalog");
        using InjectedFaults faults = client.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.InternalServerError, percent: 10));

        int aborted = 0;
        for (int i = 0; i < 2000; i++)
        {
            using HttpResponseMessage response = await client.Http.GetAsync("/items", Cancelled);
            aborted += response.StatusCode == HttpStatusCode.InternalServerError ? 1 : 0;
        }

        // 2000 draws at 10 %, seed 1 of the cluster: 200 expected, within three standard deviations (40).
        Assert.InRange(aborted, 160, 240);
        Assert.Equal(aborted, faults.InjectedCount);
        Assert.Equal(2000 - aborted, cluster.Endpoints[0].Counts.Received);
    }

    [Fact]
    public async Task Other_service_providers_are_not_affected()
    {
        var cluster = new VirtualCluster(new VirtualClock());
        cluster.Add(static endpoint => endpoint.Latency = VirtualLatency.None);
        using VirtualClient one = cluster.CreateClient("catalog");
        using VirtualClient other = cluster.CreateClient("catalog");
        using InjectedFaults faults = one.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.InternalServerError));

        using HttpResponseMessage aborted = await one.Http.GetAsync("/items", Cancelled);
        using HttpResponseMessage unaffected = await other.Http.GetAsync("/items", Cancelled);

        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (aborted.StatusCode, unaffected.StatusCode));
    }

    [Fact]
    public void Delay_takes_virtual_time()
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock);
        cluster.Add();
        using VirtualClient client = cluster.CreateClient("catalog");
        using InjectedFaults faults = client.Services.InjectFaults("catalog", static f => f.Delay(TimeSpan.FromSeconds(7)));

        clock.Run(() => client.Http.GetStringAsync("/items"));

        Assert.Equal(TimeSpan.FromSeconds(7.001), clock.Elapsed);
    }

    [Fact]
    public async Task Concurrent_tests_on_one_test_server_have_separate_faults()
    {
        await using App app = await App.StartAsync(onKestrel: false);
        using var bothInjected = new Barrier(2);

        HttpStatusCode[][] statuses = await Task.WhenAll(
            Task.Run(() => TestAsync(app, HttpStatusCode.InternalServerError, bothInjected), Cancelled),
            Task.Run(() => TestAsync(app, HttpStatusCode.NotFound, bothInjected), Cancelled));

        Assert.All(statuses[0], static status => Assert.Equal(HttpStatusCode.InternalServerError, status));
        Assert.All(statuses[1], static status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync(token: null, Cancelled));

        static async Task<HttpStatusCode[]> TestAsync(App app, HttpStatusCode status, Barrier bothInjected)
        {
            using InjectedFaults faults = app.Services.InjectFaults("catalog", f => f.Abort(status).OnlyInCurrentFlow());
            bothInjected.SignalAndWait(TimeSpan.FromSeconds(30), Cancelled);
            HttpStatusCode[] statuses = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => app.GetAsync(token: null, Cancelled)));
            Assert.Equal(100, faults.InjectedCount);
            bothInjected.SignalAndWait(TimeSpan.FromSeconds(30), Cancelled);
            return statuses;
        }
    }

    [Fact]
    public async Task Concurrent_tests_over_Kestrel_have_separate_faults_by_header()
    {
        await using App app = await App.StartAsync(onKestrel: true);
        using InjectedFaults failing = app.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.InternalServerError).OnlyInCurrentFlow());
        using InjectedFaults missing = app.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.NotFound).OnlyInCurrentFlow());

        HttpStatusCode[][] statuses = await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.GetAsync(failing.Token, Cancelled))),
            Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.GetAsync(missing.Token, Cancelled))),
            Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.GetAsync(token: null, Cancelled))));

        Assert.All(statuses[0], static status => Assert.Equal(HttpStatusCode.InternalServerError, status));
        Assert.All(statuses[1], static status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.All(statuses[2], static status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Faults_apply_only_within_the_entered_flow()
    {
        var cluster = new VirtualCluster(new VirtualClock());
        cluster.Add(static endpoint => endpoint.Latency = VirtualLatency.None);
        using VirtualClient client = cluster.CreateClient("catalog");
        InjectedFaults faults = client.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.NotFound).OnlyInCurrentFlow());
        faults.Dispose();
        using InjectedFaults others = await Task.Run(
            () => client.Services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.NotFound).OnlyInCurrentFlow()), Cancelled);

        using HttpResponseMessage before = await client.Http.GetAsync("/items", Cancelled);
        using (FaultFlow.Enter(others.Token))
        {
            using HttpResponseMessage within = await client.Http.GetAsync("/items", Cancelled);
            Assert.Equal(HttpStatusCode.NotFound, within.StatusCode);
        }

        using HttpResponseMessage after = await client.Http.GetAsync("/items", Cancelled);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public void Service_provider_without_load_balanced_clients_is_an_error()
    {
        using ServiceProvider services = new ServiceCollection().BuildServiceProvider();

        Assert.Throws<InvalidOperationException>(() => services.InjectFaults("catalog", static f => f.Abort(HttpStatusCode.NotFound)));
    }

    /// <summary>A service that responds with the status of its own call to the catalog.</summary>
    private sealed class App : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly HttpClient _client;

        private App(WebApplication app, HttpClient client)
        {
            _app = app;
            _client = client;
        }

        public IServiceProvider Services => _app.Services;

        public static async Task<App> StartAsync(bool onKestrel)
        {
            var cluster = new VirtualCluster(TimeProvider.System);
            cluster.AddMany(3);
            WebApplicationBuilder builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddLoadBalancedHttpClient("catalog", static _ => { }).UseVirtualCluster(cluster);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            if (!onKestrel)
            {
                builder.WebHost.UseTestServer(static options => options.PreserveExecutionContext = true);
            }

            WebApplication app = builder.Build();
            app.Use(static async (context, next) =>
            {
                using (FaultFlow.Enter(context.Request.Headers[FaultFlow.HeaderName]))
                {
                    await next(context);
                }
            });
            app.MapGet("/", static async (IHttpClientFactory factory) =>
            {
                using HttpResponseMessage response = await factory.CreateClient("catalog").GetAsync("/items");
                return Results.StatusCode((int)response.StatusCode);
            });
            await app.StartAsync(Cancelled);
            return new App(app, onKestrel ? new HttpClient { BaseAddress = new Uri(app.Urls.First()) } : app.GetTestClient());
        }

        public async Task<HttpStatusCode> GetAsync(string? token, CancellationToken cancellationToken)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            if (token is not null)
            {
                request.Headers.Add(FaultFlow.HeaderName, token);
            }

            using HttpResponseMessage response = await _client.SendAsync(request, cancellationToken);
            return response.StatusCode;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await _app.DisposeAsync();
        }
    }
}
