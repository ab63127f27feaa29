using System.Net;
using System.Net.Http.Headers;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Routing.Editing;

/// <summary>The changes of a route to requests and responses, and its direct responses.</summary>
public sealed class RouteTransformsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string?, RouteRewriteOptions, string, string> Rewrites => new()
    {
        { null, new() { Path = "/new" }, "/old/items?a=1", "/new?a=1" },
        { "/old", new() { Prefix = "/new" }, "/old/items?a=%2F", "/new/items?a=%2F" },
        { "/old/", new() { Prefix = "/" }, "/old/items", "/items" },
        { "/old/", new() { Prefix = "/new/" }, "/old/items", "/new/items" },
        { "/old/", new() { Prefix = "/new" }, "/old/items", "/newitems" },
        { "/old", new() { Prefix = "/new" }, "/oldest/items", "/newest/items" },
        { "/old", new() { Prefix = "/" }, "/old/items", "//items" },
        { null, new() { Prefix = "/new/" }, "/items", "/new/items" },
        { null, new() { Regex = "^/v([0-9]+)/", Substitution = "/api/$1/" }, "/v2/items/a%2Fb", "/api/2/items/a%2Fb" },
        { null, new() { Regex = "^/v([0-9])", Substitution = "/${1}0$$" }, "/v2/items", "/20$/items" },
        { null, new() { Regex = "x", Substitution = "" }, "/axbx", "/ab" },
        { null, new() { Regex = "^/gone", Substitution = "" }, "/gone", "/" },
        { null, new() { Regex = "never", Substitution = "/no" }, "/items", "/items" },
    };

    [Theory]
    [MemberData(nameof(Rewrites))]
    public async Task The_path_is_rewritten_and_the_query_stays(string? prefix, RouteRewriteOptions rewrite, string sent, string arrived)
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(stub, new() { Match = prefix is null ? null : [new() { PathPrefix = prefix }], Rewrite = rewrite });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://catalog{sent}");

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(arrived, stub.Calls[0].Uri.PathAndQuery);
        Assert.Equal($"http://catalog{sent}", request.RequestUri!.OriginalString);
    }

    [Theory]
    [InlineData("/img", "/")]
    [InlineData("/img/7.png", "/7.png")]
    public async Task Two_routes_remove_a_prefix(string sent, string arrived)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, static options => options.Routes =
        [
            new() { Name = "whole", Match = [new() { Path = "/img" }], Rewrite = new() { Path = "/" } },
            new() { Name = "below", Match = [new() { PathPrefix = "/img/" }], Rewrite = new() { Prefix = "/" } },
        ]);

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri($"http://catalog{sent}"), Cancelled);

        Assert.Equal(arrived, stub.Calls[0].Uri.PathAndQuery);
    }

    [Theory]
    [InlineData("/exact", "/new")]
    [InlineData("/prefix/items", "/new/items")]
    [InlineData("/expression/items", "/new")]
    public async Task A_prefix_rewrite_replaces_the_path_that_the_route_matched(string sent, string arrived)
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(stub, new()
        {
            Match = [new() { Path = "/exact" }, new() { PathPrefix = "/prefix" }, new() { PathRegex = "/expression/.*" }],
            Rewrite = new() { Prefix = "/new" },
        });

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri($"http://catalog{sent}"), Cancelled);

        Assert.Equal(arrived, stub.Calls[0].Uri.PathAndQuery);
    }

    [Fact]
    public async Task A_route_selected_by_name_replaces_the_matching_prefix()
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(
            stub,
            new() { Match = [new() { PathPrefix = "/old", Methods = ["PUT"] }], Rewrite = new() { Prefix = "/new" } });

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/old/items").LoadBalancing().Route("route").Request,
            cancellationToken: Cancelled);

        Assert.Equal("/new/items", stub.Calls[0].Uri.PathAndQuery);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("asked.example")]
    public async Task The_host_is_rewritten_with_and_without_a_Host_header(string? hostHeader)
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(stub, new() { Rewrite = new() { Host = "other.example:81" } });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items") { Headers = { Host = hostHeader } };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("other.example:81", stub.Calls[0].Host);
        Assert.Equal("http://catalog/items", request.RequestUri!.AbsoluteUri);
        Assert.Equal(hostHeader, request.Headers.Host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_are_removed_set_and_added_in_this_order_once_for_all_attempts(bool sync)
    {
        var seen = new List<string>();
        var stub = new StubHandler(call =>
        {
            IEnumerable<string> headers = call.Request.Headers.NonValidated
                .Where(static header => header.Key != "traceparent")
                .Select(static header => $"{header.Key}: {string.Join(", ", header.Value)}");
            seen.Add(string.Join("; ", headers.Order()));
            return new HttpResponseMessage(call.Number == 1 ? HttpStatusCode.BadGateway : HttpStatusCode.OK);
        });
        await using BalancedClient client = Client(stub, new()
        {
            RequestHeaders = new() { Remove = ["x-gone", "x-kept"], Set = { ["x-set"] = "2" }, Add = { ["x-added"] = "2", ["x-kept"] = "3" } },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items")
        {
            Headers = { { "x-gone", "1" }, { "x-kept", "1" }, { "x-set", ["0", "1"] }, { "x-added", "1" } },
        };

        using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: Cancelled);

        string changed = "Host: catalog; x-added: 1, 2; x-kept: 3; x-set: 2";
        Assert.Equal([changed, changed], seen);
        Assert.Equal(
            ["x-added: 1", "x-gone: 1", "x-kept: 1", "x-set: 0, 1"],
            request.Headers.NonValidated.Select(static header => $"{header.Key}: {string.Join(", ", header.Value)}").Order());
    }

    [Fact]
    public async Task Content_headers_are_changed_and_restored_and_changed_on_recreated_content_too()
    {
        var seen = new List<string?>();
        var stub = new StubHandler(call =>
        {
            seen.Add(call.Request.Content!.Headers.ContentType?.ToString());
            return new HttpResponseMessage(call.Number == 1 ? HttpStatusCode.BadGateway : HttpStatusCode.OK);
        });
        await using BalancedClient client = Client(stub, new() { RequestHeaders = new() { Set = { ["Content-Type"] = "text/special" } } });
        var first = new StringContent("x");
        using HttpRequestMessage request = new HttpRequestMessage(HttpMethod.Put, "/items") { Content = first }
            .LoadBalancing().ContentFactory(static () => new StringContent("x")).Request;

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(["text/special", "text/special"], seen);
        Assert.Equal("text/plain", first.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_failed_request_is_restored()
    {
        await using BalancedClient client = Client(StubHandler.Script(StubHandler.Throw(new HttpRequestException("broken"))), new()
        {
            Rewrite = new() { Path = "/new", Host = "other" },
            RequestHeaders = new() { Set = { ["User-Agent"] = "two/2" } },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items")
        {
            Headers = { UserAgent = { new ProductInfoHeaderValue("one", "1"), new ProductInfoHeaderValue("(comment)") } },
        };

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, cancellationToken: Cancelled));

        Assert.Equal("http://catalog/items", request.RequestUri!.AbsoluteUri);
        Assert.Equal("one/1 (comment)", request.Headers.UserAgent.ToString());
    }

    [Fact]
    public async Task Response_headers_are_changed_including_content_headers()
    {
        var stub = new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Headers = { { "x-server", "a" }, { "x-more", "1" } },
            Content = new StringContent("text"),
        });
        await using BalancedClient client = Client(stub, new()
        {
            ResponseHeaders = new() { Remove = ["x-server"], Set = { ["Content-Type"] = "text/special" }, Add = { ["x-more"] = "2" } },
        });

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri("/items", UriKind.Relative), Cancelled);

        Assert.Equal(["x-more: 1, 2"], response.Headers.Select(static header => $"{header.Key}: {string.Join(", ", header.Value)}"));
        Assert.Equal("text/special", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("text", await response.Content.ReadAsStringAsync(Cancelled));
    }

    public static TheoryData<RouteRedirectOptions, string, string> Redirects => new()
    {
        { new() { Path = "/new" }, "http://catalog/old?a=1", "http://catalog/new?a=1" },
        { new() { Path = "/new?b=2" }, "http://catalog/old?a=1", "http://catalog/new?b=2" },
        { new() { Scheme = "https" }, "http://catalog/a%2Fb", "https://catalog/a%2Fb" },
        { new() { Scheme = "https" }, "http://catalog:8080/a", "https://catalog:8080/a" },
        { new() { Host = "other" }, "http://catalog:8080/a", "http://other/a" },
        { new() { Host = "other:81" }, "http://catalog:8080/a", "http://other:81/a" },
        { new() { Host = "other:81", Port = 82 }, "http://catalog:8080/a", "http://other:82/a" },
        { new() { Port = 8443, Scheme = "HTTPS" }, "http://catalog:8080/a", "https://catalog:8443/a" },
    };

    [Theory]
    [MemberData(nameof(Redirects))]
    public async Task A_redirect_is_returned_without_sending(RouteRedirectOptions redirect, string sent, string location)
    {
        var stub = new StubHandler();
        redirect.Status = 307;
        await using BalancedClient client = Client(stub, new() { Redirect = redirect }, followsRedirects: false);

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri(sent), Cancelled);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(location, response.Headers.Location!.OriginalString);
        Assert.Empty(stub.Calls);
    }

    [Fact]
    public async Task A_redirect_is_followed_where_redirects_are_enabled()
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(
            stub,
            new() { Match = [new() { PathPrefix = "/old" }], Redirect = new() { Path = "/new" } },
            followsRedirects: true);

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri("/old/items?a=1", UriKind.Relative), Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/new?a=1", Assert.Single(stub.Calls).Uri.PathAndQuery);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_direct_response_is_returned_without_sending_even_without_endpoints(bool sync)
    {
        var source = new ManualEndpointSource();
        var stub = new StubHandler();
        await using BalancedClient client = Client(
            stub,
            new() { DirectResponse = new() { Status = 404, Body = "gone for good" }, ResponseHeaders = new() { Set = { ["x-by"] = "route" } } },
            builder: builder => builder.AddEndpointSource(source),
            options: static options => options.Endpoints = []);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items");

        using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("gone for good", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("route", Assert.Single(response.Headers.GetValues("x-by")));
        Assert.Same(request, response.RequestMessage);
        Assert.Empty(stub.Calls);
    }

    [Fact]
    public async Task A_route_can_have_its_own_hash_policies()
    {
        var stub = new StubHandler();
        await using BalancedClient client = Client(
            stub,
            new() { Match = [new() { PathPrefix = "/users" }], HashPolicies = [new() { Header = "x-user" }] },
            options: static options =>
            {
                options.Strategy = "Maglev";
                options.HashPolicies = [new() { Header = "x-tenant" }];
            });
        HttpRequestMessage Request(string path, int user) => new(HttpMethod.Get, path) { Headers = { { "x-tenant", "same" }, { "x-user", $"user-{user}" } } };

        for (int user = 0; user < 30; user++)
        {
            (await client.SendAsync(Request("/other", user), cancellationToken: Cancelled)).Dispose();
        }

        for (int user = 0; user < 30; user++)
        {
            (await client.SendAsync(Request("/users", user), cancellationToken: Cancelled)).Dispose();
        }

        Assert.Single(stub.Authorities.Take(30).Distinct());
        Assert.Equal(3, stub.Authorities.Skip(30).Distinct().Count());
    }

    [Fact]
    public async Task The_explained_policy_lists_changes_without_secrets()
    {
        await using BalancedClient client = Client(new StubHandler(), new()
        {
            Rewrite = new() { Regex = "^/v1", Substitution = "/v2", Host = "other" },
            RequestHeaders = new() { Set = { ["x-a"] = "1", ["Authorization"] = "Bearer secret" }, Remove = ["x-b"] },
            ResponseHeaders = new() { Add = { ["x-c"] = "2" } },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://catalog/items");

        string[] values = [.. client.Policies.Explain("catalog", request).Values.Select(static value => value.ToString())];

        Assert.Contains("Rewrite = ^/v1 by /v2, host other (route)", values);
        Assert.Contains("RequestHeaders = remove x-b, set x-a: ***, set Authorization: *** (route)", values);
        Assert.Contains("ResponseHeaders = add x-c: *** (route)", values);
        Assert.Contains("HashPolicies = none (default)", values);
    }

    private static BalancedClient Client(
        HttpMessageHandler primary,
        RequestRouteOptions route,
        bool? followsRedirects = null,
        Action<IHttpLoadBalancingBuilder>? builder = null,
        Action<LoadBalancingOptions>? options = null)
    {
        route.Name = "route";
        return new BalancedClient(
            primary,
            target =>
            {
                target.Routes = [route];
                target.FollowRedirects = followsRedirects;
                options?.Invoke(target);
            },
            builder: builder);
    }
}
