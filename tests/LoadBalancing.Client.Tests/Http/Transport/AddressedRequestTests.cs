using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Transport;

public sealed class AddressedRequestTests
{
    private static readonly Uri Logical = new("http://catalog/items");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_succeeded_is_restored(bool sync)
    {
        await using var client = new BalancedClient(new StubHandler());
        var request = new HttpRequestMessage(HttpMethod.Get, Logical);

        using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: Cancelled);

        AssertUntouched(request);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_failed_is_restored(bool sync)
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Throw(new HttpRequestException("broken"))));
        var request = new HttpRequestMessage(HttpMethod.Post, Logical);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, sync, cancellationToken: Cancelled));

        AssertUntouched(request);
    }

    [Fact]
    public async Task A_request_that_was_retried_is_restored()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK));
        var request = new HttpRequestMessage(HttpMethod.Get, Logical);

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        AssertUntouched(request);
    }

    [Fact]
    public void A_request_is_unchanged_when_its_URI_could_not_be_created()
    {
        // Validation rejects endpoints with such a name; this is the second line of defense.
        var endpoint = new UpstreamEndpoint(
            new EndpointIdentity(new Uri("http://10.0.0.1"), "no host"),
            new EndpointDescription("http://10.0.0.1"),
            new EndpointLoad());
        var request = new HttpRequestMessage(HttpMethod.Get, Logical);

        Assert.ThrowsAny<Exception>(() => AddressedRequest.AddressTo(request, endpoint, new FrequentPaths(), RequestAddressing.Rewriting));

        AssertUntouched(request);
    }

    [Fact]
    public async Task The_response_has_the_logical_URI()
    {
        await using var client = new BalancedClient(new StubHandler());

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(Logical, response.RequestMessage!.RequestUri);
    }

    [Fact]
    public async Task Every_attempt_is_addressed_from_the_logical_URI()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Endpoints = ["http://10.0.0.1/one", "http://10.0.0.2/two", "http://10.0.0.3/three"]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            ["http://10.0.0.2/two/items", "http://10.0.0.3/three/items", "http://10.0.0.1/one/items"],
            stub.Calls.Select(call => call.Uri.OriginalString));
        Assert.All(stub.Calls, call => Assert.Equal("catalog", call.Host));
    }

    [Theory]
    [InlineData("http://catalog/items", "catalog")]
    [InlineData("http://catalog:8080/items", "catalog:8080")]
    [InlineData("https://catalog/items", "catalog")]
    public async Task Host_is_the_logical_host_with_a_port_other_than_the_default(string uri, string host)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, uri), cancellationToken: Cancelled);

        Assert.Equal(host, stub.Calls.Single().Host);
    }

    [Fact]
    public async Task The_host_name_of_an_endpoint_wins_over_the_logical_one()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(
            stub,
            o => o.Endpoints = [new EndpointDescription { Address = "http://10.0.0.1", Hostname = "eu.catalog.example" }]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal("eu.catalog.example", stub.Calls.Single().Host);
    }

    [Fact]
    public async Task A_host_set_by_the_user_wins_over_all_others_and_stays_after_the_call()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(
            stub,
            o => o.Endpoints = [new EndpointDescription { Address = "http://10.0.0.1", Hostname = "eu.catalog.example" }]);
        var request = new HttpRequestMessage(HttpMethod.Get, Logical) { Headers = { Host = "tenant.example" } };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("tenant.example", stub.Calls.Single().Host);
        Assert.Equal("tenant.example", request.Headers.Host);
    }

    [Theory]
    [InlineData("http://10.0.0.1", "/a%2Fb?x=%20y", "http://10.0.0.1/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1:8080/base", "/a%2Fb?x=%20y", "http://10.0.0.1:8080/base/a%2Fb?x=%20y")]
    [InlineData("http://10.0.0.1/base/", "/items", "http://10.0.0.1/base/items")]
    [InlineData("http://10.0.0.1/a%2Fb", "/items", "http://10.0.0.1/a%2Fb/items")]
    [InlineData("http://[::1]:8080", "/items", "http://[::1]:8080/items")]
    [InlineData("https://10.0.0.1", "/?q=%E4%B8%AD", "https://10.0.0.1/?q=%E4%B8%AD")]
    [InlineData("http://10.0.0.1", "/items#fragment", "http://10.0.0.1/items")]
    public async Task Path_and_query_are_appended_unchanged_to_the_base_path_of_the_endpoint(string endpoint, string target, string expected)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => o.Endpoints = [endpoint]);

        using HttpResponseMessage response = await client.Http.GetAsync(target, Cancelled);

        Assert.Equal(expected, stub.Calls.Single().Uri.OriginalString);
    }

    [Fact]
    public async Task Version_options_and_headers_are_the_same_for_every_attempt()
    {
        var seen = new List<string>();
        var key = new HttpRequestOptionsKey<string>("tenant");
        var stub = new StubHandler(call =>
        {
            HttpRequestMessage sent = call.Request;
            seen.Add($"{sent.Version} {sent.VersionPolicy} {string.Join(
                ' ',
                sent.Options.Select(option => option.Value))} {string.Join(' ', sent.Headers.GetValues("x-id"))}");
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        });
        await using var client = new BalancedClient(stub);
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            Logical)
        { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Headers = { { "x-id", ["1", "2"] } } };
        request.Options.Set(key, "t1");

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(Enumerable.Repeat("2.0 RequestVersionExact t1 1 2", 3), seen);
    }

    private static void AssertUntouched(HttpRequestMessage request)
    {
        Assert.Same(Logical, request.RequestUri);
        Assert.Null(request.Headers.Host);
    }
}
