using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>The upstream information of a response.</summary>
public sealed class LoadBalancingResponseExtensionsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.OK, "body", false)]
    [InlineData(HttpStatusCode.OK, "body", true)]
    [InlineData(HttpStatusCode.OK, "", false)]
    [InlineData(HttpStatusCode.NoContent, null, false)]
    [InlineData(HttpStatusCode.NotFound, "body", false)]
    [InlineData(HttpStatusCode.InternalServerError, "body", false)]
    public async Task A_response_with_or_without_a_body_names_its_endpoint(HttpStatusCode status, string? body, bool sync)
    {
        var stub = new StubHandler(_ => new HttpResponseMessage(status) { Content = body is null ? null : new StringContent(body) });
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.GetAsync(sync, HttpCompletionOption.ResponseHeadersRead, Cancelled);

        UpstreamInfo upstream = response.GetUpstream()!;
        Assert.Same(client.Endpoints[1], upstream.Endpoint);
        Assert.Equal([client.Endpoints[1]], upstream.TriedEndpoints);
        Assert.Equal(1, upstream.AttemptCount);
    }

    [Fact]
    public async Task The_endpoint_is_still_known_after_buffering_and_after_disposal()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);

        HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        Assert.Equal("ok", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Same(client.Endpoints[0], response.GetUpstream()!.Endpoint);

        response.Dispose();
        Assert.Same(client.Endpoints[0], response.GetUpstream()!.Endpoint);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_retries_all_endpoints_are_listed_in_order_and_the_last_one_responded(bool sync)
    {
        var stub = StubHandler.Script(
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError)),
            StubHandler.Status(HttpStatusCode.BadGateway),
            _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("body") }));
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        UpstreamInfo upstream = response.GetUpstream()!;
        Assert.Equal((3, client.Endpoints[0]), (upstream.AttemptCount, upstream.Endpoint));
        Assert.Equal([client.Endpoints[1], client.Endpoints[2], client.Endpoints[0]], upstream.TriedEndpoints);
        Assert.Equal("http://10.0.0.1/, attempt 3 after http://10.0.0.2/, http://10.0.0.3/", upstream.ToString());
    }

    [Fact]
    public async Task A_failure_that_is_not_retried_names_its_endpoint()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable), static o => o.Retry.MaxRetries = 0);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal("http://10.0.0.2/", response.GetUpstream()!.ToString());
    }

    [Fact]
    public async Task After_a_redirect_the_endpoint_of_the_last_hop_is_named()
    {
        await using var client = new BalancedClient(Redirecting("/elsewhere"), static o => o.FollowRedirects = true);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((1, client.Endpoints[2]), (response.GetUpstream()!.AttemptCount, response.GetUpstream()!.Endpoint));
    }

    [Fact]
    public async Task A_redirect_to_a_host_that_is_not_balanced_has_no_endpoint()
    {
        await using var client = new BalancedClient(Redirecting("http://other/"), static o => o.FollowRedirects = true);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Null(response.GetUpstream());
    }

    [Fact]
    public async Task A_passed_through_request_has_no_endpoint()
    {
        await using var client = new BalancedClient(new StubHandler());

        using HttpResponseMessage response = await client.Http.GetAsync("http://other/", Cancelled);

        Assert.Null(response.GetUpstream());
    }

    [Theory]
    [InlineData(FaultScope.Request, false)]
    [InlineData(FaultScope.Attempt, true)]
    public async Task An_injected_response_has_an_endpoint_if_one_was_picked_for_it(FaultScope scope, bool known)
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            o => o.Fault = new FaultOptions { Scope = scope, Abort = new FaultAbortOptions { Status = 418, Percent = 100 } });

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(known, response.GetUpstream() is not null);
    }

    [Fact]
    public async Task An_upgraded_connection_names_its_endpoint()
    {
        await using var upgrading = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n");
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [upgrading.Address]);
        var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Connection", "upgrade" }, { "Upgrade", "echo" } } };

        using HttpResponseMessage response = await client.SendAsync(
            request,
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);

        Assert.Same(client.Endpoints[0], response.GetUpstream()!.Endpoint);
    }

    [Fact]
    public void A_response_from_anywhere_else_has_no_endpoint()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);

        Assert.Null(response.GetUpstream());
        Assert.Throws<ArgumentNullException>(() => ((HttpResponseMessage)null!).GetUpstream());
    }

    private static StubHandler Redirecting(string location) => StubHandler.Script(
        _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri(location, UriKind.RelativeOrAbsolute) } }),
        StubHandler.Status(HttpStatusCode.OK));
}
