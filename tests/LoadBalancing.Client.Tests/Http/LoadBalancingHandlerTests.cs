using System.Net;
using System.Security.Cryptography.X509Certificates;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>The handler against real servers, over each protocol.</summary>
public sealed class LoadBalancingHandlerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_are_spread_over_real_servers(bool sync)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync();
        await using LoopbackServer two = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);

        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);
            Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancelled));
        }

        Assert.Equal((2, 2), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task Over_HTTP_1_the_server_sees_the_logical_host_and_the_path_as_written()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [$"{server.Address}/base"]);

        using HttpResponseMessage response = await client.Http.GetAsync("/a%2Fb?x=%20y", Cancelled);

        Assert.Equal(new LoopbackRequest("GET", "/base/a%2Fb?x=%20y", "catalog", "HTTP/1.1", null), server.Requests.Single());
    }

    [Fact]
    public async Task Over_HTTP_2_by_prior_knowledge_the_server_sees_the_logical_host_and_the_path_as_written()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: HttpProtocols.Http2);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "/a%2Fb?x=%20y")
        { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal(new LoopbackRequest("GET", "/a%2Fb?x=%20y", "catalog", "HTTP/2", null), server.Requests.Single());
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "1.1")]
    [InlineData(HttpProtocols.Http2, "2.0")]
    public async Task Over_TLS_the_logical_name_is_sent_as_SNI_and_validated_although_the_endpoint_is_an_IP_address(HttpProtocols protocol, string version)
    {
        using X509Certificate2 certificate = TestCertificate.For("catalog");
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: protocol, certificate: certificate);
        await using BalancedClient client = Trusting(certificate, server.Address);
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "https://catalog/items")
        { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(("catalog", "catalog"), (server.Requests.Single().Host, server.Requests.Single().ServerName));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, "1.1")]
    [InlineData(HttpProtocols.Http2, "2.0")]
    public async Task Over_TLS_the_host_that_a_route_rewrites_to_is_sent_as_SNI_and_validated(HttpProtocols protocol, string version)
    {
        using X509Certificate2 certificate = TestCertificate.For("static.example");
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: protocol, certificate: certificate);
        await using BalancedClient client = Trusting(
            certificate,
            server.Address,
            static options => options.Routes = [new() { Name = "static", Rewrite = new() { Host = "static.example", Path = "/a%2Fb" } }]);
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "https://catalog/items?x=%20y")
        { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(
            ("static.example", "static.example", "/a%2Fb?x=%20y"),
            (server.Requests.Single().Host, server.Requests.Single().ServerName, server.Requests.Single().Target));
        Assert.Equal("https://catalog/items?x=%20y", request.RequestUri!.AbsoluteUri);
    }

    [Fact]
    public async Task Over_TLS_the_host_name_of_the_endpoint_is_sent_as_SNI_and_validated_if_it_has_one()
    {
        using X509Certificate2 certificate = TestCertificate.For("eu.catalog.example");
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using BalancedClient client = Trusting(certificate, new EndpointDescription { Address = server.Address, Hostname = "eu.catalog.example" });

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(("eu.catalog.example", "eu.catalog.example"), (server.Requests.Single().Host, server.Requests.Single().ServerName));
    }

    [Fact]
    public async Task Over_TLS_a_certificate_for_another_name_is_a_connect_failure()
    {
        using X509Certificate2 certificate = TestCertificate.For("other");
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: certificate);
        await using BalancedClient client = Trusting(certificate, server.Address);

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(HttpRequestError.SecureConnectionError, refused.HttpRequestError);
        Assert.Equal(3, client.Failed);
    }

    [Fact]
    public async Task A_stopped_server_is_skipped_and_used_again_after_its_restart()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync();
        await using LoopbackServer two = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);
        await GetTimes(client, 2);

        await one.StopAsync();
        await GetTimes(client, 4);
        await one.StartAsync();
        await GetTimes(client, 2);

        Assert.Equal((2, 6), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task A_synchronous_call_does_not_need_the_context_it_was_made_on()
    {
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK),
            o => o.Fault = new FaultOptions { Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromMilliseconds(1), Percent = 100 } },
            random: new ConstantRandom(0.1));

        HttpStatusCode status = await Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext.SetSynchronizationContext(new DeafContext());
                using HttpResponseMessage response = client.Http.Send(new HttpRequestMessage(HttpMethod.Get, "/items"), Cancelled);
                return response.StatusCode;
            },
            Cancelled,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task A_synchronous_call_reaches_the_primary_handler_synchronously_on_the_same_thread()
    {
        int thread = 0;
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            thread = Environment.CurrentManagedThreadId;
            return new HttpResponseMessage(HttpStatusCode.OK);
        }));

        using HttpResponseMessage response = client.Http.Send(new HttpRequestMessage(HttpMethod.Get, "/items"), Cancelled);

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task Many_concurrent_calls_all_complete_and_leave_nothing_in_flight()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(protocols: HttpProtocols.Http2);
        await using LoopbackServer two = await LoopbackServer.StartAsync(Flaky(), HttpProtocols.Http2);
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.RetryBudget.Enabled) = ([one.Address, two.Address], false));

        HttpStatusCode[] statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var request = new HttpRequestMessage(
                HttpMethod.Get,
                "/items")
            { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
            return response.StatusCode;
        }));

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(0, client.InFlight);
    }

    private static RequestDelegate Flaky()
    {
        int count = 0;
        return context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref count) % 3 == 0 ? 503 : 200;
            return Task.CompletedTask;
        };
    }

    private static BalancedClient Trusting(X509Certificate2 certificate, EndpointDescription endpoint, Action<LoadBalancingOptions>? options = null) => new(
        new SocketsHttpHandler { SslOptions = TestCertificate.Trust(certificate) },
        target =>
        {
            target.Endpoints = [endpoint];
            options?.Invoke(target);
        });

    private static async Task GetTimes(BalancedClient client, int times)
    {
        for (int i = 0; i < times; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    /// <summary>A UI thread that is blocked: posted callbacks never run.</summary>
    private sealed class DeafContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
