using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>Which requests are balanced by their scheme and host, in all the forms in which a host can be written.</summary>
public sealed class HostAndSchemeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ws")]
    [InlineData("wss")]
    [InlineData("https+http")]
    public async Task Requests_of_HTTP_and_of_WebSockets_are_balanced(string scheme)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await InvokeAsync(client, $"{scheme}://catalog/x");

        Assert.Equal("10.0.0.2", Assert.Single(stub.Calls).Uri.Host);
    }

    [Theory]
    [InlineData("ftp://catalog/x")]
    [InlineData("FTP://CATALOG/x")]
    [InlineData("file://catalog/x")]
    [InlineData("gopher://catalog/x")]
    public async Task A_request_with_another_scheme_passes_through_and_is_counted_and_logged_once(string uri)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub);
        using MetricCollector<long> passed = client.Counter("passthroughs");

        using HttpResponseMessage response = await InvokeAsync(client, uri);
        using HttpResponseMessage again = await InvokeAsync(client, uri);

        Assert.All(stub.Calls, call => Assert.Equal(new Uri(uri), call.Uri));
        Assert.Equal((0L, 2L), (client.Succeeded, passed.GetMeasurementSnapshot().Sum(static measurement => measurement.Value)));
        Assert.Equal(
            [$"Requests with the scheme '{new Uri(uri).Scheme}' bypass the balancing of service 'catalog', which balances http, https, ws and wss."],
            client.Logs.GetSnapshot().Where(static log => log.Id.Id == LogEvents.SchemePassedThrough).Select(static log => log.Message));
    }

    [Fact]
    public async Task SocketsHttpHandler_refuses_another_scheme_by_name()
    {
        await using var client = new BalancedClient();

        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(() => InvokeAsync(client, "ftp://catalog/x"));

        Assert.Contains("'ftp'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_rejects_unmatched_hosts_rejects_other_schemes()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, static options => options.UnmatchedHost = UnmatchedHostBehavior.Reject);

        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(() => InvokeAsync(client, "ftp://catalog/x"));

        Assert.Equal(
            "Scheme 'ftp' is not balanced by service 'catalog', which balances http, https, ws and wss and rejects all others (UnmatchedHost = Reject).",
            error.Message);
        Assert.Empty(stub.Calls);
    }

    [Theory]
    [InlineData("bücher.example", "http://bücher.example/")]
    [InlineData("bücher.example", "http://BÜCHER.example/")]
    [InlineData("bücher.example", "http://xn--bcher-kva.example/")]
    [InlineData("xn--bcher-kva.example", "http://bücher.example/")]
    [InlineData("XN--BCHER-KVA.EXAMPLE.", "http://bücher.example/")]
    [InlineData("catalog", "http://catalog./")]
    [InlineData("catalog.", "http://CATALOG/")]
    [InlineData("::1", "http://[::1]/")]
    [InlineData("[::1]", "http://[0:0:0:0:0:0:0:1]:8080/")]
    public async Task A_host_is_the_same_however_it_is_written(string configured, string uri)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, options =>
        {
            options.Hosts = [configured];
            options.UnmatchedHost = UnmatchedHostBehavior.Reject;
            options.Routes = [new RequestRouteOptions
            {
                Name = "host",
                Match = [new RouteMatchOptions { Hosts = [configured] }],
                Timeout = TimeSpan.FromMinutes(7),
            }];
        });

        using HttpResponseMessage response = await InvokeAsync(client, uri);

        StubCall call = Assert.Single(stub.Calls);
        Assert.Equal("10.0.0.2", call.Uri.Host);
        Assert.True(System.Text.Ascii.IsValid(call.Host));
        Assert.Equal("host", client.Policies.Explain("catalog", new HttpRequestMessage(HttpMethod.Get, uri)).Route);
    }

    [Theory]
    [InlineData("bücher.example", "http://xn--bcher-kva.example/")]
    [InlineData("catalog.", "http://catalog/")]
    public async Task The_host_of_the_base_address_and_of_a_service_is_the_same_however_it_is_written(string configured, string uri)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(
            stub,
            static options => options.UnmatchedHost = UnmatchedHostBehavior.Reject,
            http: http => http.BaseAddress = new Uri($"http://{configured}/"));
        var services = new ServiceCollection();
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        services.ConfigureHttpClientDefaults(static builder => builder.AddLoadBalancing());
        services.AddLoadBalancedHttpClient(configured, static options => options.Endpoints = ["http://10.0.0.9"]);
        services.AddHttpClient("any").ConfigurePrimaryHttpMessageHandler(() => stub);
        await using ServiceProvider provider = services.BuildServiceProvider();

        using HttpResponseMessage own = await client.Http.GetAsync(new Uri(uri), Cancelled);
        using HttpResponseMessage found = await provider.GetRequiredService<IHttpClientFactory>().CreateClient("any").GetAsync(new Uri(uri), Cancelled);

        Assert.Equal(["10.0.0.2", "10.0.0.9"], stub.Calls.Select(static call => call.Uri.Host));
    }

    [Theory]
    [InlineData("fe80::1%eth0", "fe80::1%eth1", false)]
    [InlineData("fe80::1%eth0", "fe80::1", false)]
    [InlineData("fe80::1%eth0", "fe80::1%25eth0", true)]
    [InlineData("fe80::1%251", "fe80::1%1", false)]
    [InlineData("::1", "0:0:0:0:0:0:0:1", true)]
    public void The_zone_of_an_IPv6_address_is_part_of_the_identity_of_an_endpoint(string one, string other, bool isSame)
    {
        Assert.True(EndpointIdentity.TryParse(new EndpointDescription($"http://[{one}]:8080"), out EndpointIdentity first, out _));
        Assert.True(EndpointIdentity.TryParse(new EndpointDescription($"http://[{other}]:8080"), out EndpointIdentity second, out _));

        Assert.Equal(isSame, first == second);
        var endpoint = new UpstreamEndpoint(first, new EndpointDescription($"http://[{one}]:8080"), new EndpointLoad());
        Assert.Equal(first, endpoint.Identity);
        Assert.Contains(first.Zone is null ? "[::1]:8080" : $"%{first.Zone}]:8080", endpoint.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://BÜCHER.example:8080/base/", "http://xn--bcher-kva.example:8080/base")]
    [InlineData("http://bücher.example", "http://xn--bcher-kva.example/")]
    public void The_address_of_an_endpoint_is_in_ASCII(string address, string expected)
    {
        Assert.True(EndpointIdentity.TryParse(new EndpointDescription(address) { Hostname = "Bücher.example:81" }, out EndpointIdentity identity, out _));

        Assert.Equal((expected, "xn--bcher-kva.example:81"), (identity.Address.AbsoluteUri, identity.Hostname));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_zone_of_an_IPv6_address_reaches_the_socket(bool rewritten)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "IPv6 is not available.");
        await using WebApplication server = await StartIPv6Async();
        int port = new Uri(server.Urls.Single()).Port;
        IEnumerable<IPAddress> addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(static network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses.Select(static address => address.Address))
            .Where(static address => address.IsIPv6LinkLocal);
        string loopback = NetworkInterface.GetAllNetworkInterfaces()
            .First(static network => network.NetworkInterfaceType == NetworkInterfaceType.Loopback)
            .Name;
        string[] endpoints = [$"http://[::1%{loopback}]:{port}", .. addresses.Select(address => $"http://[{address}]:{port}")];
        await using var client = new BalancedClient(options: options => options.Endpoints = [.. endpoints], existing: rewritten);

        for (int i = 0; i < endpoints.Length; i++)
        {
            Assert.Equal("catalog", await client.Http.GetStringAsync("/", Cancelled));
        }

        Assert.All(client.Endpoints, static endpoint => Assert.Equal((1, 0), (endpoint.SuccessCount, endpoint.FailureCount)));
    }

    private static async Task<WebApplication> StartIPv6Async()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(static options => options.Listen(IPAddress.IPv6Any, 0));
        WebApplication server = builder.Build();
        server.Run(static context => context.Response.WriteAsync(context.Request.Host.Value!));
        await server.StartAsync(Cancelled);
        return server;
    }

    /// <summary>Sends a request without <see cref="HttpClient"/>, which has rules of its own about schemes.</summary>
    private static Task<HttpResponseMessage> InvokeAsync(BalancedClient client, string uri) =>
        client.Invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, uri), Cancelled);
}
