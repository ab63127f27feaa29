using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.AspNetCore.Tests;

/// <summary>A real application between HTTP clients with cookies, as browsers, and stubs of its servers.</summary>
public sealed class HttpContextCallerContextTests : IAsyncDisposable
{
    private const string Key = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=";

    private readonly StubHandler _stub = new(static call => new HttpResponseMessage { Content = new StringContent(call.Uri.Host) });
    private readonly List<IAsyncDisposable> _owned = [];

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable owned in _owned)
        {
            await owned.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Browser_keeps_its_server_across_restarts(bool sessionAffinity)
    {
        int port = await StartAsync(options => UseAffinity(options, sessionAffinity));
        HttpClient[] browsers = [.. Enumerable.Range(0, 30).Select(static _ => new HttpClient())];
        string[] servers = await VisitAsync(browsers, port);
        Assert.Equal(4, servers.Distinct().Count());
        Assert.Equal(servers, await VisitAsync(browsers, port));

        // Cookies belong to a host, regardless of the port.
        await _owned[^1].DisposeAsync();
        port = await StartAsync(options => UseAffinity(options, sessionAffinity));

        Assert.Equal(servers, await VisitAsync(browsers, port));
    }

    [Fact]
    public async Task Adding_a_server_moves_no_session()
    {
        int port = await StartAsync(static options => UseAffinity(options, sessionAffinity: true));
        HttpClient[] browsers = [.. Enumerable.Range(0, 30).Select(static _ => new HttpClient())];
        string[] servers = await VisitAsync(browsers, port);

        await _owned[^1].DisposeAsync();
        port = await StartAsync(static options =>
        {
            UseAffinity(options, sessionAffinity: true);
            options.Endpoints.Add("http://10.0.0.5");
        });

        Assert.Equal(servers, await VisitAsync(browsers, port));
    }

    [Fact]
    public async Task Cookie_is_http_only_and_has_the_configured_lifetime()
    {
        int port = await StartAsync(static options =>
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { Cookie = new() { Name = "shop", Ttl = TimeSpan.FromMinutes(10), Path = "/items" } }];
        });
        using var client = new HttpClient();

        using HttpResponseMessage response = await client.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);

        Assert.Matches("^shop=[0-9a-f]{16}; max-age=600; path=/items; samesite=lax; httponly$", Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    [Fact]
    public async Task Calls_of_one_request_share_the_cookie_set_by_the_first()
    {
        int port = await StartAsync(
            static options =>
            {
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.HashPolicies = [new() { Cookie = new() { Name = "shop", Ttl = TimeSpan.Zero } }];
            },
            async (context, shop) =>
            {
                string first = await shop.GetStringAsync("items");
                string second = await shop.GetStringAsync("items");
                await context.Response.WriteAsync($"{first} {second}");
            });
        for (int i = 0; i < 20; i++)
        {
            using var client = new HttpClient();
            string[] servers = (await client.GetStringAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken)).Split(' ');
            Assert.Equal(servers[0], servers[1]);
        }
    }

    [Fact]
    public async Task Cookie_set_by_the_application_is_not_replaced()
    {
        int port = await StartAsync(
            static options => UseAffinity(options, sessionAffinity: true),
            async (context, shop) =>
            {
                context.Response.Cookies.Append("lb-endpoint", "mine");
                await context.Response.WriteAsync(await shop.GetStringAsync("items"));
            });
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false });

        using HttpResponseMessage response = await client.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);

        Assert.StartsWith("lb-endpoint=mine", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_succeeds_without_a_cookie_after_the_response_has_started()
    {
        int port = await StartAsync(
            static options => UseAffinity(options, sessionAffinity: true),
            async (context, shop) =>
            {
                await context.Response.StartAsync();
                await context.Response.WriteAsync(await shop.GetStringAsync("items"));
            });
        using var client = new HttpClient();

        using HttpResponseMessage response = await client.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Forwarded_address_is_used_only_with_the_middleware()
    {
        static void ByAddress(LoadBalancingOptions options)
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { CallerAddress = true }];
        }

        int trusting = await StartAsync(ByAddress, forwarded: true);
        int plain = await StartAsync(ByAddress);

        Assert.InRange((await ServersOfAsync(trusting)).Distinct().Count(), 3, 4);
        Assert.Single((await ServersOfAsync(plain)).Distinct());

        static async Task<string[]> ServersOfAsync(int port)
        {
            using var client = new HttpClient();
            var servers = new List<string>();
            for (int i = 1; i <= 30; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/");
                request.Headers.Add("X-Forwarded-For", $"203.0.113.{i}");
                using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                servers.Add(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }

            return [.. servers];
        }
    }

    [Fact]
    public async Task Inbound_header_is_hashed_but_not_forwarded()
    {
        int port = await StartAsync(static options =>
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { Header = "X-Tenant" }];
        });
        using var client = new HttpClient();
        for (int tenant = 0; tenant < 10; tenant++)
        {
            var servers = new HashSet<string>();
            for (int i = 0; i < 5; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/");
                request.Headers.Add("X-Tenant", $"tenant-{tenant}");
                using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                servers.Add(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }

            Assert.Single(servers);
        }

        Assert.All(_stub.Calls, static call => Assert.False(call.Request.Headers.Contains("X-Tenant")));
    }

    private static void UseAffinity(LoadBalancingOptions options, bool sessionAffinity)
    {
        if (sessionAffinity)
        {
            options.Strategy = LoadBalancingStrategies.Random;
            options.SessionAffinity = new SessionAffinityOptions { Keys = [Key] };
        }
        else
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { Cookie = new() { Name = "shop", Ttl = TimeSpan.FromHours(1) } }];
        }
    }

    private static async Task<string[]> VisitAsync(HttpClient[] browsers, int port) =>
        await Task.WhenAll(browsers.Select(browser => browser.GetStringAsync($"http://127.0.0.1:{port}/")));

    private async Task<int> StartAsync(Action<LoadBalancingOptions> configure, Func<HttpContext, HttpClient, Task>? serve = null, bool forwarded = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(RandomSource.Seeded(95));
        builder.Services.AddInboundCallerContext();
        builder.Services.AddLoadBalancedHttpClient("shop", options =>
        {
            options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3", "http://10.0.0.4"];
            configure(options);
        }).ConfigurePrimaryHttpMessageHandler(() => _stub);
        WebApplication app = builder.Build();
        if (forwarded)
        {
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });
        }

        app.Run(context =>
        {
            HttpClient shop = context.RequestServices.GetRequiredService<IHttpClientFactory>().CreateClient("shop");
            return serve is null ? RespondAsync(context, shop) : serve(context, shop);
        });
        await app.StartAsync();
        _owned.Add(app);
        return new Uri(app.Urls.First()).Port;

        static async Task RespondAsync(HttpContext context, HttpClient shop) => await context.Response.WriteAsync(await shop.GetStringAsync("items"));
    }
}
