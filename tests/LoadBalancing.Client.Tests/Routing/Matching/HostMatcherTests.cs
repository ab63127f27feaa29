using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Routing.Matching;

public sealed class HostMatcherTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://catalog/items", true)]
    [InlineData("http://CATALOG:8080/items", true)]
    [InlineData("https://catalog/items", true)]
    [InlineData("http://catalog.example/items", false)]
    [InlineData("http://other/items", false)]
    public async Task By_default_the_name_of_the_client_is_balanced(string uri, bool balanced) =>
        Assert.Equal(balanced, await IsBalanced(uri, _ => { }));

    [Theory]
    [InlineData("http://shop.example/items", true)]
    [InlineData("http://catalog/items", false)]
    public async Task The_host_of_a_base_address_is_balanced_instead_of_the_name(string uri, bool balanced) =>
        Assert.Equal(balanced, await IsBalanced(uri, _ => { }, http => http.BaseAddress = new Uri("http://shop.example/api/")));

    [Theory]
    [InlineData("http://one/items", true)]
    [InlineData("http://TWO.example:81/items", true)]
    [InlineData("http://[::1]:81/items", true)]
    [InlineData("http://catalog/items", false)]
    public async Task Only_configured_hosts_are_balanced(string uri, bool balanced) =>
        Assert.Equal(balanced, await IsBalanced(uri, o => o.Hosts = ["One", "two.example", "::1"]));

    [Theory]
    [InlineData("http://catalog/items")]
    [InlineData("http://anything.example/items")]
    [InlineData("http://192.0.2.7/items")]
    public async Task An_asterisk_balances_every_host(string uri) =>
        Assert.True(await IsBalanced(uri, o => o.Hosts = ["*"]));

    [Fact]
    public async Task With_an_asterisk_requests_keep_the_host_of_the_caller()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => o.Hosts = ["*"]);

        using HttpResponseMessage response = await client.Http.GetAsync("http://anything.example/items", Cancelled);

        Assert.Equal("anything.example", stub.Calls.Single().Host);
    }

    private static async Task<bool> IsBalanced(string uri, Action<LoadBalancingOptions> options, Action<HttpClient>? http = null)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, options, http: http);
        using HttpResponseMessage response = await client.Http.GetAsync(uri, Cancelled);
        return stub.Authorities.Single().StartsWith("10.0.0.", StringComparison.Ordinal);
    }
}
