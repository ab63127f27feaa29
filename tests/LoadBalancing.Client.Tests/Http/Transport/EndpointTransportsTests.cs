using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>Clients with the primary handler of the registration, against real servers.</summary>
public sealed class EndpointTransportsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http1, false)]
    [InlineData(HttpProtocols.Http1, true)]
    [InlineData(HttpProtocols.Http2, false)]
    public async Task A_request_goes_to_each_endpoint_by_its_own_transport_with_the_URI_of_the_caller(HttpProtocols protocols, bool sync)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(protocols: protocols);
        await using LoopbackServer two = await LoopbackServer.StartAsync(protocols: protocols);
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);

        for (int i = 0; i < 6; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/a%2Fb?x=%20y")
            {
                Version = protocols == HttpProtocols.Http2
                ? HttpVersion.Version20
                : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact
            };
            using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: Cancelled);
            Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancelled));
            Assert.Equal(typeof(Uri), request.RequestUri!.GetType());
            Assert.Equal("http://catalog/a%2Fb?x=%20y", request.RequestUri.AbsoluteUri);
            Assert.Null(request.Headers.Host);
        }

        foreach (LoopbackServer server in new[] { one, two })
        {
            Assert.Equal(3, server.Requests.Count);
            Assert.All(server.Requests, static request => Assert.Equal(("/a%2Fb?x=%20y", "catalog"), (request.Target, request.Host)));
            Assert.Equal(1, server.ConnectionsAccepted);
        }

        Assert.Equal(2, TransportsOf(client)!.Count);
    }

    [Fact]
    public async Task Hosts_that_share_a_path_keep_their_names()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.Hosts) = ([server.Address], ["one", "two"]));

        for (int i = 0; i < 4; i++)
        {
            foreach (string url in new[] { "http://one/items", "http://two/items", "http://one:81/items" })
            {
                using HttpResponseMessage response = await client.Http.GetAsync(new Uri(url), Cancelled);
            }
        }

        Assert.Equal(["one", "two", "one:81"], server.Requests.Select(static request => request.Host).Take(3));
        Assert.Equal(["one", "two", "one:81"], server.Requests.Select(static request => request.Host).TakeLast(3));
    }

    [Fact]
    public async Task A_TLS_endpoint_with_an_IP_address_gets_the_logical_name()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = TestCertificate.For("catalog");
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.SslOptions = TestCertificate.Trust(certificate)));

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri("https://catalog/items"), Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("catalog", "catalog"), (server.Requests[0].Host, server.Requests[0].ServerName));
        Assert.Equal(1, TransportsOf(client)!.Count);
    }

    [Fact]
    public async Task Cookies_in_a_container_belong_to_the_service_and_not_to_an_endpoint()
    {
        RequestDelegate respond = static context =>
        {
            context.Response.Headers.SetCookie = "session=42; path=/";
            return context.Response.WriteAsync(context.Request.Cookies["session"] ?? "none");
        };
        await using LoopbackServer one = await LoopbackServer.StartAsync(respond);
        await using LoopbackServer two = await LoopbackServer.StartAsync(respond);
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [one.Address, two.Address],
            builder: static builder => builder.UseSocketsHttpHandler(static (handler, _) => handler.UseCookies = true));

        Assert.Equal("none", await client.Http.GetStringAsync(new Uri("http://catalog/"), Cancelled));
        Assert.Equal("42", await client.Http.GetStringAsync(new Uri("http://catalog/"), Cancelled));
        Assert.Equal((1, 1), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task A_host_that_is_not_balanced_is_reached_as_before()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using LoopbackServer other = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);

        await client.Http.GetStringAsync(new Uri("http://catalog/"), Cancelled);
        await client.Http.GetStringAsync(new Uri(other.Address), Cancelled);

        Assert.Equal((1, 1), (server.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task An_unreachable_endpoint_is_named_by_its_address()
    {
        int port = FreePort();
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.Retry.MaxRetries) = ([$"http://127.0.0.1:{port}"], 0));

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(HttpRequestError.ConnectionError, thrown.HttpRequestError);
        Assert.Contains($"[127.0.0.1:{port}]", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(thrown.InnerException).SocketErrorCode);
        Assert.Equal(1, client.Failed);
    }

    [Fact]
    public async Task The_request_is_rewritten_for_custom_connections_and_for_addresses_with_a_path_or_a_host_name()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        (string Why, Action<LoadBalancingOptions> Options, Action<IHttpLoadBalancingBuilder>? Builder)[] cases =
        [
            ("a base path", o => o.Endpoints = [server.Address + "/base"], null),
            ("a host name of its own", o => o.Endpoints = [new EndpointDescription(server.Address) { Hostname = "other" }], null),
            ("a callback of the user's", o => o.Endpoints = [server.Address], static b => b.UseSocketsHttpHandler(
                static (h, _) => h.ConnectCallback = ConnectAsync)),
            ("redirects below", o => o.Endpoints = [server.Address], static b => b.UseSocketsHttpHandler(static (h, _) => h.AllowAutoRedirect = true)),
            ("a handler of the user's", o => o.Endpoints = [server.Address], static b => b.ConfigurePrimaryHttpMessageHandler(
                static () => new SocketsHttpHandler())),
            ("a client that was there before", o => o.Endpoints = [server.Address], null),
        ];
        int before = 0;
        foreach ((string why, Action<LoadBalancingOptions> options, Action<IHttpLoadBalancingBuilder>? builder) in cases)
        {
            await using var client = new BalancedClient(options: options, builder: builder, existing: why.StartsWith("a client", StringComparison.Ordinal));

            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

            Assert.True(response.IsSuccessStatusCode, why);
            Assert.True(server.Requests.Count == ++before, why);
            Assert.True((TransportsOf(client)?.Count ?? 0) == 0, why);
        }
    }

    [Fact]
    public async Task A_proxy_is_not_bypassed()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using LoopbackServer proxy = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: b => b.UseSocketsHttpHandler((h, _) => h.Proxy = new WebProxy(proxy.Address)));

        // It is an ordinary server and does not proxy the request, but it must be the one that receives it.
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((1, 0), (proxy.ConnectionsAccepted, server.ConnectionsAccepted));
        Assert.Equal(0, TransportsOf(client)!.Count);
    }

    [Fact]
    public async Task A_proxy_that_bypasses_the_endpoints_has_no_effect()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: static b => b.UseSocketsHttpHandler(static (h, _) => h.Proxy = new WebProxy("http://127.0.0.1:9", BypassOnLocal: true)));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(1, TransportsOf(client)!.Count);
    }

    [Fact]
    public async Task A_request_that_may_be_sent_over_HTTP_3_is_rewritten()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage plain = await client.GetAsync(cancellationToken: Cancelled);
        EndpointTransport transport = TransportsOf(client)!.Find(client.Endpoints[0], new HttpRequestMessage(HttpMethod.Get, "http://catalog/"))!;

        Assert.False(transport.CanSend(new HttpRequestMessage(HttpMethod.Get, "http://catalog/") { Version = HttpVersion.Version30 }));
        Assert.False(transport.CanSend(new HttpRequestMessage(
            HttpMethod.Get,
            "http://catalog/")
        { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher }));
        Assert.False(transport.CanSend(new HttpRequestMessage(HttpMethod.Get, "https://catalog/")));
        Assert.True(transport.CanSend(new HttpRequestMessage(
            HttpMethod.Get,
            "http://catalog/")
        { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact }));
    }

    [Fact]
    public async Task An_endpoint_removed_after_the_pick_keeps_its_transport()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        using EndpointLease lease = client.Balancer.Pick();
        var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/");

        EndpointTransport? before = TransportsOf(client)!.Find(lease.Endpoint, request);
        client.Balancer.EndpointSets.Withdraw([lease.Endpoint], resumeHealthChecks: null);
        Assert.Null(client.Balancer.CurrentSet);

        Assert.Same(before, TransportsOf(client)!.Find(lease.Endpoint, request));
        Assert.NotNull(before);
    }

    [Fact]
    public async Task The_connections_of_a_removed_endpoint_are_closed_when_its_last_attempt_ends()
    {
        var closed = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using LoopbackServer leaving = await LoopbackServer.StartAsync(async context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>()?.ConnectionClosed.Register(closed.SetResult);
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await release.Task;
            await context.Response.WriteAsync("last");
        });
        await using LoopbackServer staying = await LoopbackServer.StartAsync();
        var source = new ManualEndpointSource();
        source.Push(leaving.Address);
        await using var client = new BalancedClient(options: static o => o.Endpoints = [], builder: builder => builder.AddEndpointSource(source));

        using HttpResponseMessage open = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        source.Push(staying.Address);
        using (HttpResponseMessage next = await client.GetAsync(cancellationToken: Cancelled))
        {
            Assert.Equal(2, TransportsOf(client)!.Count);
        }

        release.SetResult();
        Assert.Equal("firstlast", await open.Content.ReadAsStringAsync(Cancelled));
        using (HttpResponseMessage next = await client.GetAsync(cancellationToken: Cancelled))
        {
            Assert.Equal(1, TransportsOf(client)!.Count);
        }

        await closed.Task;
    }

    [Fact]
    public async Task Disposing_the_handlers_of_the_client_closes_the_connections()
    {
        var closed = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>()?.ConnectionClosed.Register(closed.SetResult);
            return Task.CompletedTask;
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        TransportsOf(client)!.Dispose();

        await closed.Task;
    }

    private static EndpointTransports? TransportsOf(BalancedClient client)
    {
        HttpMessageHandler? handler = (HttpMessageHandler?)typeof(HttpMessageInvoker)
            .GetField("_handler", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
            .GetValue(client.Http);
        return EndpointTransports.FindBelow((DelegatingHandler)handler!);
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
