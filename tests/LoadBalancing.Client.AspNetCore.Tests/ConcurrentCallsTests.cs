using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.AspNetCore.Tests;

/// <summary>Several calls that an application makes concurrently while it serves one inbound request: they share its <see cref="HttpContext"/>.</summary>
public sealed class ConcurrentCallsTests : IAsyncDisposable
{
    private const int InboundRequests = 2000;
    private const int CallsEach = 16;

    /// <summary>Responds on another thread, so that the responses of concurrent calls arrive concurrently.</summary>
    private readonly StubHandler _stub = new(static async call =>
    {
        await Task.Yield();
        return new HttpResponseMessage { Content = new StringContent(call.Uri.Host) };
    });
    private WebApplication? _app;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_calls_of_one_request_share_one_decision_and_one_cookie(bool sessionAffinity)
    {
        Uri address = await StartAsync(sessionAffinity, static async (context, shop) =>
        {
            string[] servers = await Task.WhenAll(Enumerable.Range(0, CallsEach).Select(_ => Task.Run(() => shop.GetStringAsync("items"))));
            await context.Response.WriteAsync(string.Join(' ', servers));
        });
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = false });
        var cookies = new ConcurrentBag<string>();

        await Parallel.ForAsync(0, InboundRequests, TestContext.Current.CancellationToken, async (_, cancellationToken) =>
        {
            using HttpResponseMessage response = await browser.GetAsync(address, cancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            cookies.Add(Assert.Single(response.Headers.GetValues("Set-Cookie")));
            string[] servers = (await response.Content.ReadAsStringAsync(cancellationToken)).Split(' ');
            Assert.Equal(CallsEach, servers.Length);
            Assert.True(sessionAffinity || servers.Distinct().Count() == 1);
        });

        Assert.Equal(sessionAffinity ? 4 : InboundRequests, cookies.Distinct().Count());
        LoadBalancer balancer = _app!.Services.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("shop");
        Assert.Equal(0, balancer.Endpoints.Sum(static endpoint => endpoint.InFlight));
        Assert.Equal(InboundRequests * CallsEach, balancer.Endpoints.Sum(static endpoint => endpoint.SuccessCount));
        await AssertAllPermitsAreFreeAsync(balancer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_that_outlive_their_request_have_no_caller(bool sessionAffinity)
    {
        var ended = new TaskCompletionSource();
        Task<string>? call = null;
        Uri address = await StartAsync(sessionAffinity, (context, shop) =>
        {
            context.Response.OnCompleted(() =>
            {
                ended.SetResult();
                return Task.CompletedTask;
            });
            call = CallLaterAsync(shop);
            return Task.CompletedTask;
        });
        using var browser = new HttpClient();

        using HttpResponseMessage response = await browser.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.StartsWith("10.0.0.", await call!, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Set-Cookie"));

        async Task<string> CallLaterAsync(HttpClient shop)
        {
            await ended.Task;
            await Task.Yield();
            return await shop.GetStringAsync("items");
        }
    }

    [Fact]
    public void A_context_that_has_been_disposed_is_no_caller()
    {
        var context = new DefaultHttpContext();
        ICallerContext caller = CallerOf(context);
        context.Uninitialize();

        Assert.Null(caller.CallerAddress);
        Assert.Null(caller.GetHeader("x"));
        Assert.Null(caller.GetCookie("x"));
        Assert.Null(caller.GetOrAddCookie("x", "1", TimeSpan.Zero, "/"));
        Assert.False(caller.TrySetCookie("x", "1", TimeSpan.Zero, "/"));
    }

    [Fact]
    public void The_first_cookie_that_is_set_for_a_request_stays()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = "session=old";
        ICallerContext caller = CallerOf(context);

        Assert.Equal("old", caller.GetOrAddCookie("session", "new", TimeSpan.Zero, "/"));
        Assert.True(caller.TrySetCookie("session", "first", TimeSpan.Zero, "/"));
        Assert.False(caller.TrySetCookie("session", "second", TimeSpan.Zero, "/"));

        Assert.Equal("first", caller.GetCookie("session"));
        Assert.StartsWith("session=first", Assert.Single(context.Response.Headers.SetCookie), StringComparison.Ordinal);
    }

    private static ICallerContext CallerOf(HttpContext context)
    {
        ServiceProvider services = new ServiceCollection().AddInboundCallerContext().BuildServiceProvider();
        services.GetRequiredService<IHttpContextAccessor>().HttpContext = context;
        return services.GetRequiredService<ICallerContext>();
    }

    /// <summary>All 64 permits can be held at the same time.</summary>
    private static async Task AssertAllPermitsAreFreeAsync(LoadBalancer balancer)
    {
        var leases = new List<EndpointLease>();
        for (int i = 0; i < 64; i++)
        {
            leases.Add(await balancer.PickAsync(cancellationToken: TestContext.Current.CancellationToken));
        }

        leases.ForEach(static lease => lease.End(AttemptOutcome.Neutral));
    }

    private async Task<Uri> StartAsync(bool sessionAffinity, Func<HttpContext, HttpClient, Task> serve)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(RandomSource.Seeded(95));
        builder.Services.AddInboundCallerContext();
        builder.Services.AddLoadBalancedHttpClient("shop", options =>
        {
            options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3", "http://10.0.0.4"];
            options.ConnectionPool = new ConnectionPoolOptions { MaxRequests = 64, MaxPendingRequests = int.MaxValue };
            options.Strategy = sessionAffinity ? LoadBalancingStrategies.Random : LoadBalancingStrategies.Maglev;
            if (sessionAffinity)
            {
                options.SessionAffinity = new SessionAffinityOptions { Keys = ["b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w="] };
            }
            else
            {
                options.HashPolicies = [new() { Cookie = new() { Name = "shop", Ttl = TimeSpan.FromHours(1) } }];
            }
        }).ConfigurePrimaryHttpMessageHandler(() => _stub);
        _app = builder.Build();
        _app.Run(context => serve(context, context.RequestServices.GetRequiredService<IHttpClientFactory>().CreateClient("shop")));
        await _app.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(_app.Urls.First());
    }
}
