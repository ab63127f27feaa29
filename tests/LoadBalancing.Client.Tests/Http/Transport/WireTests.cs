using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>Failures of connections to real servers, and their effect on callers and endpoints.</summary>
public sealed class WireTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<HttpProtocols> Protocols => [HttpProtocols.Http1, HttpProtocols.Http2];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_GET_is_retried_after_a_broken_connection_before_the_headers(HttpProtocols protocol)
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync(protocols: protocol);
        await using LoopbackServer bad = await LoopbackServer.StartAsync(Abort, protocol);
        await using BalancedClient client = Client(good, bad);

        using HttpResponseMessage response = await client.SendAsync(Request(HttpMethod.Get, protocol), cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, 1L, 2), (response.StatusCode, client.Failed, response.GetUpstream()!.AttemptCount));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_POST_fails_after_a_broken_connection_before_the_headers(HttpProtocols protocol)
    {
        await using LoopbackServer bad = await LoopbackServer.StartAsync(Abort, protocol);
        await using BalancedClient client = Client(bad);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Request(HttpMethod.Post, protocol), cancellationToken: Cancelled));

        Assert.Equal((1, 1L, 0), (bad.Requests.Count, client.Failed, client.InFlight));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_broken_connection_after_the_headers_counts_against_the_endpoint_and_is_not_retried(HttpProtocols protocol)
    {
        var headersAreThere = new TaskCompletionSource();
        await using LoopbackServer good = await LoopbackServer.StartAsync(protocols: protocol);
        await using LoopbackServer bad = await LoopbackServer.StartAsync(
            async context =>
            {
                context.Response.ContentLength = 100;
                await context.Response.StartAsync();
                await context.Response.Body.FlushAsync();
                await headersAreThere.Task;
                context.Abort();
            },
            protocol);
        await using BalancedClient client = Client(good, bad);

        using HttpResponseMessage response = await client.SendAsync(
            Request(HttpMethod.Get, protocol),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        headersAreThere.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.CopyToAsync(Stream.Null, Cancelled));

        Assert.Equal((1, 0, 1L, 0), (bad.Requests.Count, good.Requests.Count, client.Failed, client.InFlight));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_broken_connection_in_the_middle_of_the_body_fails_the_call_counts_against_the_endpoint_and_is_not_retried(HttpProtocols protocol)
    {
        // A reset discards data that the other side has not read yet: the connection must break only after the headers arrived.
        var headersAreThere = new TaskCompletionSource();
        await using LoopbackServer bad = await LoopbackServer.StartAsync(
            async context =>
            {
                context.Response.ContentLength = 100;
                await context.Response.WriteAsync("half of it");
                await context.Response.Body.FlushAsync();
                await headersAreThere.Task;
                context.Abort();
            },
            protocol);
        await using BalancedClient client = Client(bad);

        using HttpResponseMessage response = await client.SendAsync(
            Request(HttpMethod.Get, protocol),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        headersAreThere.SetResult();
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Cancelled));

        Assert.Equal((1, 1L, 0), (bad.Requests.Count, client.Failed, client.InFlight));
    }

    [Theory]
    [InlineData("GET", null, true)]
    [InlineData("PUT", "body", true)]
    [InlineData("POST", "body", false)]
    public async Task A_request_on_a_pooled_connection_that_the_server_closes_is_retried_if_it_is_repeatable(string method, string? body, bool isRetried)
    {
        int requests = 0;
        await using var closing = new RawServer(async connection =>
        {
            await connection.ReadHeadersAsync();
            if (Interlocked.Increment(ref requests) == 1)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                await connection.ReadHeadersAsync();
                Interlocked.Increment(ref requests);
            }
        });
        await using LoopbackServer good = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [good.Address, closing.Address]);
        using HttpResponseMessage kept = await client.GetAsync(cancellationToken: Cancelled);
        using HttpResponseMessage between = await client.GetAsync(cancellationToken: Cancelled);

        // Without a body the platform itself repeats a request, whatever its method, up to three times on new connections to the same endpoint. They
        // are closed as well; then the load balancing retries on another endpoint.
        Task<HttpResponseMessage> sending = client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items") { Content = body is null ? null : new StringContent(body) },
            cancellationToken: Cancelled);
        if (isRetried)
        {
            using HttpResponseMessage response = await sending;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(1, client.Failed);
        }
        else
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => sending);
            Assert.Equal((2, 1L), (Volatile.Read(ref requests), client.Failed));
        }
    }

    [Fact]
    public async Task A_server_that_sends_GOAWAY_over_HTTP_2_loses_no_request()
    {
        var goAwaySent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using LoopbackServer one = await LoopbackServer.StartAsync(RespondToPostsLater, HttpProtocols.Http2);
        await using LoopbackServer two = await LoopbackServer.StartAsync(RespondToPostsLater, HttpProtocols.Http2);
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.RetryBudget.Enabled) = ([one.Address, two.Address], false));
        using (HttpResponseMessage warm = await client.SendAsync(Request(HttpMethod.Get, HttpProtocols.Http2), cancellationToken: Cancelled))
        {
        }

        Task<HttpResponseMessage>[] before = [.. Enumerable.Range(0, 20)
            .Select(_ => client.SendAsync(Request(HttpMethod.Post, HttpProtocols.Http2), cancellationToken: Cancelled))];
        await Eventually.IsTrue(() => one.Requests.Count + two.Requests.Count >= 21);
        Task stopping = one.ShutDownGracefullyAsync();

        // With responses outstanding, the server keeps its connection. Once it has closed it, any further write costs the platform the responses that
        // it has not read yet.
        HttpResponseMessage[] after = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(_ => client.SendAsync(Request(HttpMethod.Get, HttpProtocols.Http2), cancellationToken: Cancelled)));
        goAwaySent.SetResult();

        foreach (HttpResponseMessage response in after.Concat(await Task.WhenAll(before)))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            response.Dispose();
        }

        await stopping;

        async Task RespondToPostsLater(HttpContext context)
        {
            await (context.Request.Method == "POST" ? goAwaySent.Task : Task.CompletedTask);
            await context.Response.WriteAsync("ok");
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_body_may_take_longer_than_the_timeout_of_the_call(HttpProtocols protocol)
    {
        var rest = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("a");
                await context.Response.Body.FlushAsync();
                await rest.Task;
                await context.Response.WriteAsync("b");
            },
            protocol);
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.Timeout) = ([server.Address], TimeSpan.FromSeconds(1)), time: clock);

        using HttpResponseMessage response = await client.SendAsync(
            Request(HttpMethod.Get, protocol),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromMinutes(1));
        rest.SetResult();

        Assert.Equal("ab", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal((0L, 0), (client.Failed, client.InFlight));
    }

    [Fact]
    public async Task A_server_that_sends_100_Continue_gets_the_body()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using BalancedClient client = Client(server);
        HttpRequestMessage request = Request(HttpMethod.Post, HttpProtocols.Http1);
        request.Content = new StreamContent(new MemoryStream("body"u8.ToArray()));
        request.Headers.ExpectContinue = true;

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal((1L, 0), (client.Succeeded, client.InFlight));
    }

    [Fact]
    public async Task A_body_that_a_server_declines_with_Expect_100_is_sent_to_the_next_endpoint()
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync(static context => context.Request.Body.CopyToAsync(context.Response.Body));
        await using LoopbackServer bad = await LoopbackServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using BalancedClient client = Client(good, bad);
        HttpRequestMessage request = Request(HttpMethod.Put, HttpProtocols.Http1);
        request.Content = new StringContent("body");
        request.Headers.ExpectContinue = true;

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Single(bad.Requests);
    }

    private static Task Abort(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static BalancedClient Client(params LoopbackServer[] servers) =>
        new(options: o => o.Endpoints = [.. servers.Select(static server => (EndpointDescription)server.Address)]);

    private static HttpRequestMessage Request(HttpMethod method, HttpProtocols protocol) => new(method, "/items")
    {
        Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
