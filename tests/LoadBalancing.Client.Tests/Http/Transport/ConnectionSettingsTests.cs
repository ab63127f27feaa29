using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>The effect of connection options, as seen by servers, and the clients that cannot have them.</summary>
public sealed class ConnectionSettingsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Set_options_apply_to_the_default_primary_handler_and_the_others_keep_its_values()
    {
        SocketsHttpHandler? settled = null;
        SocketsHttpHandler? left = null;
        await using var client = new BalancedClient(
            options: static options =>
            {
                options.ConnectionPool.MaxConnections = 7;
                options.ConnectionPool.ConnectTimeout = TimeSpan.FromSeconds(3);
                options.ConnectionPool.IdleTimeout = TimeSpan.FromSeconds(9);
                options.ConnectionPool.MaxRequestsPerConnection = 1;
            },
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((handler, _) => settled = (SocketsHttpHandler)handler));
        await using var other = new BalancedClient(
            options: static options => options.ConnectionPool.MaxRequestsPerConnection = 0,
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((handler, _) => (left = (SocketsHttpHandler)handler).MaxConnectionsPerServer = 5));

        Assert.NotNull(client.Http);
        Assert.NotNull(other.Http);

        Assert.Equal((7, 3, 9), (settled!.MaxConnectionsPerServer, settled.ConnectTimeout.TotalSeconds, settled.PooledConnectionIdleTimeout.TotalSeconds));
        Assert.Equal(TimeSpan.Zero, settled.PooledConnectionLifetime);
        Assert.Equal((5, Timeout.InfiniteTimeSpan, 5), (left!.MaxConnectionsPerServer, left.ConnectTimeout, left.PooledConnectionLifetime.TotalMinutes));
    }

    [Fact]
    public async Task Over_HTTP_1_an_endpoint_never_has_more_connections_than_MaxConnections()
    {
        var hold = new TaskCompletionSource();
        await using LoopbackServer one = await LoopbackServer.StartAsync(Hold);
        await using LoopbackServer two = await LoopbackServer.StartAsync(Hold);
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.ConnectionPool.MaxConnections) = ([one.Address, two.Address], 2));

        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 12).Select(_ => client.GetAsync(cancellationToken: Cancelled))];
        await Eventually.IsTrue(() => one.Requests.Count == 2 && two.Requests.Count == 2);
        hold.SetResult();
        foreach (HttpResponseMessage response in await Task.WhenAll(calls))
        {
            response.Dispose();
        }

        Assert.Equal((2, 2, 12), (one.ConnectionsAccepted, two.ConnectionsAccepted, one.Requests.Count + two.Requests.Count));

        async Task Hold(HttpContext context)
        {
            await hold.Task;
            await context.Response.WriteAsync("ok");
        }
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task With_one_request_per_connection_none_is_reused(HttpProtocols protocol)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: protocol);
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.ConnectionPool.MaxRequestsPerConnection) = ([server.Address], 1));

        for (int i = 0; i < 4; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/items")
            {
                Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(4, server.ConnectionsAccepted);
    }

    [Fact]
    public async Task A_connect_timeout_is_a_connect_failure_after_which_any_request_is_retried()
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.ConnectionPool.ConnectTimeout) = ([good.Address, "http://10.0.0.1:1"], TimeSpan.FromSeconds(1)),
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((
                handler,
                _) => ((SocketsHttpHandler)handler).ConnectCallback = async (context, token) =>
            {
                if (context.DnsEndPoint.Port == 1)
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new NetworkStream(socket, ownsSocket: true);
            }));

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/items") { Content = new StringContent("body") },
            cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, 2, 1L), (response.StatusCode, response.GetUpstream()!.AttemptCount, client.Failed));
    }

    [Fact]
    public async Task A_custom_primary_handler_fails_the_startup()
    {
        using IHost host = Start(static services => services
            .AddLoadBalancedHttpClient("catalog", static options =>
            {
                options.Endpoints = ["http://10.0.0.1"];
                options.ConnectionPool.MaxConnections = 5;
                options.ConnectionPool.ConnectTimeout = TimeSpan.FromSeconds(1);
            })
            .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler()));

        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancelled));

        Assert.Equal(
            [
                "catalog:ConnectionPool:MaxConnections: it is set, and client 'catalog' has a primary handler of its own (SocketsHttpHandler), which alone " +
                    "controls its connections; set it there, or keep the handler of AddLoadBalancedHttpClient.",
                "catalog:ConnectionPool:ConnectTimeout: it is set, and client 'catalog' has a primary handler of its own (SocketsHttpHandler), which alone " +
                    "controls its connections; set it there, or keep the handler of AddLoadBalancedHttpClient.",
            ],
            refused.Failures);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_was_not_registered_for_load_balancing_fails_the_startup(bool hasClient)
    {
        using IHost host = Start(services =>
        {
            void Configure(LoadBalancingOptions options) =>
                (options.Endpoints, options.ConnectionPool.IdleTimeout) = (["http://10.0.0.1"], TimeSpan.FromSeconds(1));
            _ = hasClient
                ? services.AddHttpClient("catalog", static client => client.BaseAddress = new Uri("http://catalog/")).AddLoadBalancing(Configure)
                : services.AddLoadBalancer("catalog", Configure);
        });

        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancelled));

        Assert.Equal(
            hasClient
                ? "catalog:ConnectionPool:IdleTimeout: it is set, and there is no client 'catalog' registered with AddLoadBalancedHttpClient whose " +
                    "connections it could apply to; register the client that way, or configure its primary handler directly."
                : "catalog:ConnectionPool:IdleTimeout: it applies to HTTP only, and the service is registered with AddLoadBalancer, without a client: " +
                    "connections are opened by your code.",
            Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task A_startup_without_connection_options_creates_no_primary_handler()
    {
        int made = 0;
        using IHost host = Start(services => services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigurePrimaryHttpMessageHandler((_, _) => made++));

        await host.StartAsync(Cancelled);

        Assert.Equal(0, made);
    }

    [Fact]
    public async Task A_reload_applies_to_handlers_created_later_and_is_rejected_with_a_custom_primary_handler()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("LoadBalancing:ours:Endpoints:0", "http://10.0.0.1"), new("LoadBalancing:theirs:Endpoints:0", "http://10.0.0.1")])
            .Build();
        using IHost host = Start(services =>
        {
            services.AddSingleton<IConfiguration>(configuration);
            services.AddLoadBalancedHttpClient("ours");
            services.AddLoadBalancedHttpClient("theirs").ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler());
        });
        var clients = host.Services.GetRequiredService<IHttpClientFactory>();
        Assert.NotNull(clients.CreateClient("ours"));
        Assert.NotNull(clients.CreateClient("theirs"));

        configuration["LoadBalancing:ours:ConnectionPool:MaxConnections"] = "3";
        configuration["LoadBalancing:theirs:ConnectionPool:MaxConnections"] = "3";
        configuration.Reload();

        var registry = host.Services.GetRequiredService<ServiceRegistry>();
        Assert.Equal(3, registry.GetState("ours").Plan.Connections.MaxConnections);
        Assert.Null(registry.GetState("theirs").Plan.Connections.MaxConnections);
    }

    private static IHost Start(Action<IServiceCollection> register)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        register(builder.Services);
        return builder.Build();
    }
}
