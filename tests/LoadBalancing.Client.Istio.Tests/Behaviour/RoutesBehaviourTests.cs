using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>Route rules, observed by servers and callers.</summary>
public sealed class RoutesBehaviourTests : IDisposable
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private readonly StubHandler _stub = new();

    public void Dispose() => _stub.Dispose();

    [Theory]
    [InlineData("/api/items", null, "3")]
    [InlineData("/api/items", "beta", "1")]
    [InlineData("/apis", null, "2")]
    [InlineData("/exact", null, "4")]
    [InlineData("/exact/more", null, "none")]
    public async Task First_matching_rule_applies(string path, string? user, string route)
    {
        await using var client = new PolicyClient(Yamls.Service("""
            - name: one
              match:
              - uri: {prefix: /api/}
                headers: {x-user: {exact: beta}}
              directResponse: {status: 201}
            - name: two
              match:
              - uri: {regex: '/api[a-z]'}
              directResponse: {status: 202}
            - name: three
              match:
              - uri: {prefix: /api/}
                withoutHeaders: {x-user: {exact: beta}}
              directResponse: {status: 203}
            - name: four
              match:
              - uri: {exact: /exact}
              directResponse: {status: 204}
            """), _stub);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (user is not null)
        {
            request.Headers.Add("x-user", user);
        }

        using HttpResponseMessage response = await client.Http.SendAsync(request, Cancelled);

        Assert.Equal(route == "none" ? 404 : 200 + int.Parse(route, System.Globalization.CultureInfo.InvariantCulture), (int)response.StatusCode);
        Assert.Empty(_stub.Calls);
    }

    [Fact]
    public async Task Paths_and_headers_of_requests_and_responses_are_rewritten()
    {
        var seen = new List<(string Path, string? Header)>();
        var stub = new StubHandler(call =>
        {
            seen.Add((call.Uri.AbsolutePath, call.Request.Headers.TryGetValues("x-from", out IEnumerable<string>? values) ? string.Join(",", values) : null));
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        await using var client = new PolicyClient(Yamls.Service("""
            - match:
              - uri: {prefix: /v1/}
              rewrite: {uri: /v2/}
              headers:
                request: {set: {x-from: mesh}}
                response: {add: {x-by: rule}}
              route:
              - destination: {host: foo}
            - rewrite: {uriRegexRewrite: {match: '^/old/(.*)$', rewrite: '/new/\1'}}
              route:
              - destination: {host: foo}
            """), stub);

        using HttpResponseMessage first = await client.Http.GetAsync("/v1/items", Cancelled);
        using HttpResponseMessage second = await client.Http.GetAsync("/old/items", Cancelled);

        Assert.Equal([("/v2/items", "mesh"), ("/new/items", null)], seen);
        Assert.Equal(["rule"], first.Headers.GetValues("x-by"));
        Assert.False(second.Headers.Contains("x-by"));
    }

    [Fact]
    public async Task Redirect_is_returned_without_calling_an_endpoint()
    {
        await using var client = new PolicyClient(
            Yamls.Service("- redirect: {uri: /elsewhere, authority: other.example.com, redirectCode: 308}"),
            _stub,
            static options => options.FollowRedirects = false);

        using HttpResponseMessage response = await client.Http.GetAsync("/here", Cancelled);

        Assert.Equal((HttpStatusCode.PermanentRedirect, "http://other.example.com/elsewhere"), (response.StatusCode, response.Headers.Location?.AbsoluteUri));
        Assert.Empty(_stub.Calls);
    }

    [Fact]
    public async Task Requests_with_the_same_header_value_go_to_the_same_endpoint()
    {
        await using var client = new PolicyClient(Yamls.Rule("loadBalancer: {consistentHash: {httpHeaderName: x-user, maglev: {tableSize: 251}}}"), _stub);
        for (int i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "x-user", i % 2 == 0 ? "ann" : "bob" } } };
            using HttpResponseMessage response = await client.Http.SendAsync(request, Cancelled);
        }

        Assert.All(
            _stub.Calls.GroupBy(static call => (call.Number - 1) % 2),
            static group => Assert.Single(group.Select(static call => call.Uri.Authority).Distinct()));
    }
}
