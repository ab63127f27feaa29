using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Http;

public sealed class RedirectRulesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<int, string> StatusesAndMethods =>
        new([300, 301, 302, 303, 304, 305, 306, 307, 308], ["GET", "HEAD", "POST", "PUT", "DELETE"]);

    [Theory]
    [InlineData("/next", false)]
    [InlineData("/next", true)]
    [InlineData("next", false)]
    [InlineData("http://catalog/next", false)]
    [InlineData("http://catalog/next", true)]
    public async Task Every_redirect_to_the_service_is_balanced_again(string location, bool sync)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo(location));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo(location));
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);

        using HttpResponseMessage response = await client.SendAsync(Start(), sync, cancellationToken: Cancelled);

        Assert.Equal("arrived", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(("/start", "/next"), (two.Requests.Single().Target, one.Requests.Single().Target));
    }

    [Theory]
    [InlineData("catalog.internal", "http://catalog.internal/next")]
    [InlineData("catalog.internal", "http://CATALOG.internal:80/next")]
    [InlineData("catalog.internal:8080", "http://catalog.internal:8080/next")]
    public async Task A_redirect_to_the_host_name_of_an_endpoint_is_a_redirect_to_the_service(string hostname, string location)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo(location));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo(location));
        await using var client = new BalancedClient(options: o =>
        {
            o.Endpoints = [new EndpointDescription(one.Address) { Hostname = hostname }, new EndpointDescription(two.Address) { Hostname = hostname }];
            o.UnmatchedHost = UnmatchedHostBehavior.Reject;
        });

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(("arrived", new Uri("http://catalog/next")), (await response.Content.ReadAsStringAsync(Cancelled), response.RequestMessage!.RequestUri));
        Assert.Equal(("/start", "/next"), (two.Requests.Single().Target, one.Requests.Single().Target));
    }

    [Theory]
    [InlineData("http://catalog.internal:81/next")]
    [InlineData("http://catalog.elsewhere/next")]
    public async Task A_redirect_to_another_port_or_host_than_that_of_an_endpoint_leaves_the_service(string location)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo(location));
        await using var client = new BalancedClient(options: o =>
        {
            o.Endpoints = [new EndpointDescription(server.Address) { Hostname = "catalog.internal" }];
            o.UnmatchedHost = UnmatchedHostBehavior.Reject;
        });

        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Start(), cancellationToken: Cancelled));

        Assert.StartsWith($"Host '{new Uri(location).Host}' is not balanced by service 'catalog'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_response_has_the_logical_URI_of_the_last_redirect()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(new Uri("http://catalog/next"), response.RequestMessage!.RequestUri);
    }

    [Theory]
    [MemberData(nameof(StatusesAndMethods))]
    public async Task Method_and_body_of_the_next_request_are_those_that_SocketsHttpHandler_would_send(int status, string method)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/start")
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = "/next";
                return;
            }

            using var body = new StreamReader(context.Request.Body);
            context.Response.Headers["x-arrived"] = $"{context.Request.Method} '{await body.ReadToEndAsync()}' {context.Request.ContentType}";
        });
        await using BalancedClient client = ClientOf(server);
        using var plain = new HttpClient { BaseAddress = new Uri(server.Address) };

        Assert.Equal(await ArriveAsync(plain), await ArriveAsync(client.Http));

        async Task<string> ArriveAsync(HttpClient http)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), "/start") { Content = method is "GET" or "HEAD" ? null : new StringContent("body") };
            using HttpResponseMessage response = await http.SendAsync(request, Cancelled);
            return response.Headers.TryGetValues("x-arrived", out IEnumerable<string>? arrived) ? arrived.Single() : $"stayed with {(int)response.StatusCode}";
        }
    }

    [Fact]
    public async Task Credentials_are_not_sent_to_the_redirect_target()
    {
        string? seen = "nothing yet";
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("/next", context => seen = context.Request.Headers.Authorization));
        await using BalancedClient client = ClientOf(server);
        HttpRequestMessage request = Start();
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Null(seen);
    }

    [Theory]
    [InlineData("http://catalog/next")]
    [InlineData("ftp://catalog/next")]
    public async Task A_redirect_from_https_to_another_scheme_is_not_followed(string location)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo(location));
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "https://catalog/start"),
            cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task A_redirect_from_a_TLS_endpoint_to_plain_http_on_another_host_is_not_followed_although_the_logical_URI_is_http()
    {
        using X509Certificate2 certificate = TestCertificate.For("catalog");
        await using LoopbackServer other = await LoopbackServer.StartAsync();
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo($"{other.Address}/next"), certificate: certificate);
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.SslOptions = TestCertificate.Trust(certificate)));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.Found, 0), (response.StatusCode, other.Requests.Count));
    }

    [Fact]
    public async Task A_redirect_from_a_TLS_endpoint_back_to_the_service_is_no_downgrade()
    {
        using X509Certificate2 certificate = TestCertificate.For("catalog");
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("http://catalog/next"), certificate: certificate);
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.SslOptions = TestCertificate.Trust(certificate)));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal("arrived", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_fragment_is_kept_unless_the_redirect_target_has_its_own()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using BalancedClient client = ClientOf(server);

        using HttpResponseMessage response = await client.Http.GetAsync("/start#part", Cancelled);

        Assert.Equal("http://catalog/next#part", response.RequestMessage!.RequestUri!.AbsoluteUri);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_fifty_redirects_the_next_redirect_reaches_the_caller(bool sync)
    {
        var stub = new StubHandler(_ => Redirect("/start"));
        await using var client = new BalancedClient(stub, o => o.FollowRedirects = true);

        using HttpResponseMessage response = await client.SendAsync(Start(), sync, cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.Found, 51), (response.StatusCode, stub.Calls.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirect_to_another_host_bypasses_load_balancing(bool sync)
    {
        await using LoopbackServer other = await LoopbackServer.StartAsync(RedirectTo("/"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo($"{other.Address}/next"));
        await using BalancedClient client = ClientOf(server);
        using MetricCollector<long> passedBy = client.Counter("passthroughs");

        using HttpResponseMessage response = await client.SendAsync(Start(), sync, cancellationToken: Cancelled);

        Assert.Equal("arrived", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal((1, $"127.0.0.1:{other.Port}"), (passedBy.GetMeasurementSnapshot().Count, other.Requests.Single().Host));
    }

    [Fact]
    public async Task A_redirect_to_another_host_fails_when_other_hosts_are_rejected()
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => Redirect("http://elsewhere/next")),
            o => (o.FollowRedirects, o.UnmatchedHost) = (true, UnmatchedHostBehavior.Reject));

        HttpRequestException rejected = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Start(), cancellationToken: Cancelled));

        Assert.Contains("'elsewhere'", rejected.Message, StringComparison.Ordinal);
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task The_redirect_response_is_disposed_before_the_next_request()
    {
        BalancedClient? client = null;
        int underWay = 0;
        var stub = StubHandler.Script(
            _ => Task.FromResult(Redirect("/next")),
            _ =>
            {
                underWay = client!.InFlight;
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
            });
        client = new BalancedClient(stub, o => o.FollowRedirects = true);

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(1, underWay);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Every_redirect_has_its_own_retries()
    {
        var stub = new StubHandler(call => call.Number % 3 != 0
            ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            : call.Uri.AbsolutePath == "/start" ? Redirect("/next") : new HttpResponseMessage(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, o => (o.FollowRedirects, o.OutlierDetection.ConsecutiveErrors) = (true, 0));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, 6), (response.StatusCode, stub.Calls.Count));
    }

    [Fact]
    public async Task A_body_that_can_be_read_only_once_is_not_resent_and_the_redirect_reaches_the_caller()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/next";
            return context.Request.Body.CopyToAsync(Stream.Null);
        });
        await using BalancedClient client = ClientOf(server);
        var request = new HttpRequestMessage(HttpMethod.Post, "/start") { Content = new StreamContent(new MemoryStream(new byte[10])) };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("http://")]
    [InlineData("http://[")]
    [InlineData("")]
    public async Task A_redirect_with_an_invalid_location_reaches_the_caller(string location)
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        });
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.Retry.MaxRetries) = ([server.Address], 0));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task A_custom_primary_handler_that_follows_no_redirects_is_left_unchanged()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(new SocketsHttpHandler { AllowAutoRedirect = false }, o => o.Endpoints = [server.Address]);

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task Configuring_the_default_primary_handler_keeps_redirects_above_load_balancing()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [one.Address, two.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.MaxConnectionsPerServer = 7));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((1, 1), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task Enabling_redirects_in_the_default_primary_handler_follows_them_there()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [one.Address, two.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = true));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((0, 2), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task Redirects_disabled_in_the_options_reach_the_caller()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.FollowRedirects) = ([server.Address], false));

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
    }

    [Fact]
    public async Task An_existing_client_keeps_following_redirects_below_load_balancing_and_logs_a_warning()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address], existing: true);

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((0, 2), (one.Requests.Count, two.Requests.Count));
        Assert.Single(client.Logs.GetSnapshot(), log => log.Level == LogLevel.Warning && log.Id.Id == LogEvents.RedirectsBelow);
    }

    [Fact]
    public async Task An_existing_client_can_enable_redirects_above_load_balancing()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using LoopbackServer two = await LoopbackServer.StartAsync(RedirectTo("/next"));
        await using var client = new BalancedClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false },
            o => (o.Endpoints, o.FollowRedirects) = ([one.Address, two.Address], true),
            existing: true);

        using HttpResponseMessage response = await client.SendAsync(Start(), cancellationToken: Cancelled);

        Assert.Equal((1, 1), (one.Requests.Count, two.Requests.Count));
        Assert.DoesNotContain(client.Logs.GetSnapshot(), log => log.Level == LogLevel.Warning);
    }

    private static BalancedClient ClientOf(LoopbackServer server) => new(options: o => o.Endpoints = [server.Address]);

    private static HttpRequestMessage Start() => new(HttpMethod.Get, "/start");

    private static HttpResponseMessage Redirect(string location) => new(HttpStatusCode.Found)
    {
        Headers = { Location = new Uri(location, UriKind.RelativeOrAbsolute) },
        Content = new StringContent("moved"),
    };

    private static RequestDelegate RedirectTo(string location, Action<HttpContext>? arrived = null) => context =>
    {
        if (context.Request.Path == "/start")
        {
            context.Response.Redirect(location);
            return Task.CompletedTask;
        }

        arrived?.Invoke(context);
        return context.Response.WriteAsync("arrived");
    };
}
