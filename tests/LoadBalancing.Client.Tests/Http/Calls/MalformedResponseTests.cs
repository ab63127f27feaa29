using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Calls;

/// <summary>A server that does not speak HTTP properly fails, and is left out like any other that fails.</summary>
public sealed class MalformedResponseTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Responses => new()
    {
        { "a header above the limit", $"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 70_000)}\r\n\r\n" },
        { "headers above the limit", $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat("X-Many: 0123456789\r\n", 5_000))}\r\n" },
        { "no response", "" },
        { "half of a status line", "HTTP/1.1 20" },
        { "a status that is no number", "HTTP/1.1 abc OK\r\n\r\n" },
        { "another protocol", "220 mail.example ESMTP\r\n" },
        { "a header without a colon", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n" },
        { "an invalid header name", "HTTP/1.1 200 OK\r\nX Y: 1\r\n\r\n" },
        { "zeros", "\0\0\0\0\r\n\r\n" },
        { "HTTP/3 in clear text", "HTTP/3.0 200 OK\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Responses))]
    public async Task A_malformed_response_is_retried_elsewhere_and_ejects_its_endpoint(string what, string response)
    {
        Assert.NotEmpty(what);
        await using var bad = new RawServer(async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync(response);
        });
        await AssertEjectedAsync(bad);
    }

    [Fact]
    public async Task Interim_responses_without_an_end_are_retried_elsewhere_and_eject_their_endpoint()
    {
        await using var bad = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            while (!connection.Stopped.IsCancellationRequested)
            {
                await connection.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n");
            }
        });
        await AssertEjectedAsync(
            bad,
            static options => (options.Retry.PerTryTimeout, options.OutlierDetection.ConsecutiveErrors) = (TimeSpan.FromSeconds(1), 1));
    }

    [Fact]
    public async Task A_body_with_malformed_framing_is_a_failure_of_its_endpoint()
    {
        await using var bad = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
        });
        await using var client = new BalancedClient(options: options => options.Endpoints = [bad.Address]);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(1, client.Failed);
    }

    [Fact]
    public async Task A_body_above_the_limit_of_the_reader_is_no_failure_of_its_endpoint()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [server.Address],
            http: static http => http.MaxResponseContentBufferSize = 1);

        var thrown = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal((HttpRequestError.ConfigurationLimitExceeded, 0L), (thrown.HttpRequestError, client.Failed));
    }

    [Fact]
    public async Task A_WebSocket_over_HTTP_2_to_a_server_without_it_is_no_failure_of_the_server()
    {
        using X509Certificate2 root = TestCertificate.For("catalog");
        await using RawServer server = StartWithoutNegotiation(root);
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [AddressOf(server)],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.SslOptions = TestCertificate.Trust(root)));
        using var socket = new ClientWebSocket();
        (socket.Options.HttpVersion, socket.Options.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

        var thrown = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri("wss://catalog/"), client.Invoker, Cancelled));

        Assert.Equal(HttpRequestError.VersionNegotiationError, Assert.IsType<HttpRequestException>(thrown.InnerException).HttpRequestError);
        Assert.Equal((0L, 1L), (client.Failed, client.Balancer.Endpoints[0].Load.Neutral));
    }

    [Fact]
    public async Task A_request_that_insists_on_HTTP_2_fails_on_a_server_without_it_and_is_retried_elsewhere()
    {
        using X509Certificate2 root = TestCertificate.For("catalog");
        await using RawServer old = StartWithoutNegotiation(root);
        await using LoopbackServer good = await LoopbackServer.StartAsync(protocols: HttpProtocols.Http2, certificate: root);
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [AddressOf(old), good.Address],
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.SslOptions = TestCertificate.Trust(root)));

        for (int i = 0; i < 2; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/items")
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new StringContent("body"),
            };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(1, client.Failed);
    }

    /// <summary>A server that supports TLS, and no negotiation of the protocol above.</summary>
    private static RawServer StartWithoutNegotiation(X509Certificate2 certificate) => new(async connection =>
    {
        await using var secure = new SslStream(connection.Stream);
        await secure.AuthenticateAsServerAsync(certificate);
        await secure.ReadExactlyAsync(new byte[1], connection.Stopped);
    });

    private static string AddressOf(RawServer secure) => secure.Address.Replace("http:", "https:", StringComparison.Ordinal);

    private static async Task AssertEjectedAsync(RawServer bad, Action<LoadBalancingOptions>? configure = null)
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [bad.Address, good.Address];
            options.OutlierDetection.ConsecutiveErrors = 2;
            configure?.Invoke(options);
        });

        for (int i = 0; i < 6; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal([EndpointHealth.Ejected, EndpointHealth.Available], client.Endpoints.Select(static endpoint => endpoint.Health));
        Assert.Equal(6, good.Requests.Count);
    }
}
