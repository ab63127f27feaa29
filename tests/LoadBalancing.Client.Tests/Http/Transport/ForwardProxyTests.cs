using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>Clients behind a forward proxy. Kestrel responds with 400 to a request whose target and <c>Host</c> contradict each other.</summary>
public sealed class ForwardProxyTests : IAsyncLifetime
{
    private static readonly HttpMessageInvoker Direct = new(new SocketsHttpHandler { UseProxy = false });

    private LoopbackServer _server = null!;
    private LoopbackServer _proxy = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackServer.StartAsync();
        _proxy = await LoopbackServer.StartAsync(ForwardAsync);
    }

    [Theory]
    [InlineData("transport", false)]
    [InlineData("sockets", false)]
    [InlineData("sockets", true)]
    [InlineData("client", false)]
    public async Task A_plain_request_names_the_endpoint_in_target_and_Host(string handler, bool sync)
    {
        await using BalancedClient client = Start(handler, new WebProxy(_proxy.Address));

        for (int i = 0; i < 6; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);
            Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancelled));
        }

        string authority = new Uri(_server.Address).Authority;
        Assert.Equal(
            [$"{_server.Address}/base/items", $"{_server.Address}/items"],
            _proxy.Requests.Select(static request => request.Target).Distinct().Order());
        Assert.All(_proxy.Requests, request => Assert.Equal(authority, request.Host));
        Assert.All(_server.Requests, request => Assert.Equal(authority, request.Host));
    }

    [Theory]
    [InlineData("transport")]
    [InlineData("sockets")]
    [InlineData("client")]
    public async Task A_proxy_that_is_bypassed_for_the_name_of_the_service_is_not_used(string handler)
    {
        await using BalancedClient client = Start(handler, new WebProxy(_proxy.Address, BypassOnLocal: false, ["^http://catalog"]));

        await AssertDirectAsync(client);
    }

    [Theory]
    [InlineData("transport")]
    [InlineData("sockets")]
    [InlineData("client")]
    public async Task A_proxy_that_is_bypassed_for_the_address_of_an_endpoint_is_not_used(string handler)
    {
        await using BalancedClient client = Start(handler, new WebProxy(_proxy.Address, BypassOnLocal: false, [@"127\.0\.0\.1"]));

        await AssertDirectAsync(client);
    }

    [Fact]
    public async Task A_rule_for_the_name_is_asked_with_the_scheme_of_the_endpoint()
    {
        var proxy = new RecordingProxy(new Uri(_proxy.Address));
        await using BalancedClient client = Start("sockets", proxy);

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri("https://catalog:8443/items?secret=1"), Cancelled);

        Assert.Contains("http://catalog:8443/", proxy.Asked);
        Assert.DoesNotContain(proxy.Asked, static uri => uri.StartsWith("https:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_proxy_that_throws_is_treated_as_none()
    {
        await using BalancedClient client = Start("sockets", new ThrowingProxy());

        await AssertDirectAsync(client);
    }

    [Fact]
    public async Task A_request_with_TLS_goes_through_a_tunnel_to_the_endpoint_and_keeps_the_name_of_the_service()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = TestCertificate.For("catalog");
        await using LoopbackServer secure = await LoopbackServer.StartAsync(certificate: certificate);
        var heads = new ConcurrentQueue<string>();
        await using var tunnel = new RawServer(connection => TunnelAsync(connection, heads));
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [secure.Address],
            builder: builder => builder.UseSocketsHttpHandler((sockets, _) =>
            {
                sockets.Proxy = new WebProxy(tunnel.Address);
                sockets.SslOptions = TestCertificate.Trust(certificate);
            }),
            http: static http => http.BaseAddress = new Uri("https://catalog/"));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        string authority = new Uri(secure.Address).Authority;
        Assert.StartsWith($"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n", Assert.Single(heads), StringComparison.Ordinal);
        Assert.Equal(("catalog", "catalog"), (Assert.Single(secure.Requests).Host, secure.Requests[0].ServerName));
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task ForwardAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target) { Headers = { Host = context.Request.Host.Value } };
        using HttpResponseMessage response = await Direct.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        await response.Content.CopyToAsync(context.Response.Body);
    }

    private static async Task TunnelAsync(RawConnection connection, ConcurrentQueue<string> heads)
    {
        string head = await connection.ReadHeadersAsync();
        heads.Enqueue(head);
        string[] target = head.Split(' ')[1].Split(':');
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(target[0], int.Parse(target[1], System.Globalization.CultureInfo.InvariantCulture));
        await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n");
        await using NetworkStream stream = upstream.GetStream();
        await Task.WhenAny(connection.Stream.CopyToAsync(stream, connection.Stopped), stream.CopyToAsync(connection.Stream, connection.Stopped));
    }

    private async Task AssertDirectAsync(BalancedClient client)
    {
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancelled));
        }

        Assert.Equal(0, _proxy.ConnectionsAccepted);
        Assert.Equal(["catalog", "catalog", "eu.catalog.example"], _server.Requests.Select(static request => request.Host).Order());
    }

    private BalancedClient Start(string handler, IWebProxy proxy)
    {
        void Configure(LoadBalancingOptions options) => options.Endpoints =
        [
            _server.Address,
            $"{_server.Address}/base",
            new EndpointDescription { Address = _server.Address, Hostname = "eu.catalog.example" },
        ];
        return handler switch
        {
            "transport" => new BalancedClient(options: Configure, builder: builder => builder.UseSocketsHttpHandler((sockets, _) => sockets.Proxy = proxy)),
            "client" => new BalancedClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false, Proxy = proxy }, Configure),
            _ => new BalancedClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, Proxy = proxy }, Configure),
        };
    }

    private sealed class RecordingProxy(Uri address) : IWebProxy
    {
        public ConcurrentBag<string> Asked { get; } = [];

        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => address;

        public bool IsBypassed(Uri host)
        {
            Asked.Add(host.AbsoluteUri);
            return false;
        }
    }

    private sealed class ThrowingProxy : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => throw new InvalidOperationException("broken");

        public bool IsBypassed(Uri host) => throw new InvalidOperationException("broken");
    }
}
