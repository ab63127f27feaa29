using System.Net;
using System.Net.Sockets;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Tests.Http.Probes;

/// <summary>The requests of the built-in probes to real servers, and their results.</summary>
public sealed class ProbesTests
{
    private static readonly ProbeRequest Request = new(
        "/health?deep=1",
        "GET",
        Host: null,
        HeaderLines: "",
        ExpectedStatuses: new([200]),
        Send: null,
        Expect: null,
        GrpcService: "",
        RetriableStatuses: new([]));

    [Fact]
    public async Task Http_requests_its_path_below_the_base_path_with_host_and_headers()
    {
        string[] headers = [];
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            headers = [.. new[] { "X-Probe", "User-Agent", "traceparent" }.Select(name => context.Request.Headers[name].ToString())];
            return Task.CompletedTask;
        });
        using var probe = new HttpProbe(Request with { HeaderLines = "X-Probe:1\nUser-Agent:checker" }, "catalog");

        ProbeResult result = await CheckAsync(probe, server.Address + "/base/");

        Assert.Equal(ProbeResult.Healthy, result);
        LoopbackRequest request = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/base/health?deep=1", "catalog"), (request.Method, request.Target, request.Host));
        Assert.Equal(["1", "checker", ""], headers);
    }

    [Theory]
    [InlineData("own.internal", null, "own.internal")]
    [InlineData("own.internal", "configured.internal", "configured.internal")]
    [InlineData(null, "configured.internal", "configured.internal")]
    [InlineData(null, null, "catalog")]
    public async Task The_host_is_the_configured_one_or_that_of_the_endpoint_or_that_of_the_service(string? hostname, string? host, string expected)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        using var probe = new HttpProbe(Request with { Host = host }, "catalog");

        await probe.ProbeAsync(Endpoint(server.Address, hostname), TestContext.Current.CancellationToken);

        Assert.Equal(expected, Assert.Single(server.Requests).Host);
    }

    [Theory]
    [InlineData(200, "200", null)]
    [InlineData(204, "200", "GET /health?deep=1 responded with 204")]
    [InlineData(204, "2xx", null)]
    [InlineData(302, "200-299", "GET /health?deep=1 responded with 302")]
    [InlineData(503, "200,503", null)]
    [InlineData(503, "200", "GET /health?deep=1 responded with 503")]
    public async Task An_unexpected_status_fails_the_probe(int status, string expected, string? reason)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var probe = new HttpProbe(Request with { ExpectedStatuses = new([.. expected.Split(',').Select(StatusRange.Parse)]) }, "catalog");

        Assert.Equal(reason is null ? ProbeResult.Healthy : ProbeResult.UnhealthyImmediately(reason), await CheckAsync(probe, server.Address));
    }

    [Theory]
    [InlineData(503, false)]
    [InlineData(500, true)]
    public async Task A_retriable_status_counts_towards_the_threshold_and_no_other_does(int status, bool isImmediate)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var probe = new HttpProbe(Request with { RetriableStatuses = new([new StatusRange(502, 504)]) }, "catalog");

        ProbeResult result = await CheckAsync(probe, server.Address);

        Assert.Equal((false, isImmediate), (result.IsHealthy, result.IsImmediate));
    }

    [Fact]
    public async Task A_status_that_is_both_expected_and_retriable_passes()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        using var probe = new HttpProbe(Request with { RetriableStatuses = new([200]) }, "catalog");

        Assert.Equal(ProbeResult.Healthy, await CheckAsync(probe, server.Address));
    }

    [Fact]
    public async Task A_server_that_speaks_only_HTTP_2_passes_with_that_version()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: HttpProtocols.Http2);
        using var probe = new HttpProbe(Request with { Version = HttpVersion.Version20 }, "catalog");

        Assert.Equal(ProbeResult.Healthy, await CheckAsync(probe, server.Address));
        Assert.Equal("HTTP/2", Assert.Single(server.Requests).Protocol);
    }

    [Fact]
    public async Task An_unreachable_http_server_throws_an_exception_that_counts_as_a_failure()
    {
        using var port = new ClosedPort();
        using var probe = new HttpProbe(Request, "catalog");

        await Assert.ThrowsAsync<HttpRequestException>(async () => await CheckAsync(probe, port.Address));
    }

    [Fact]
    public async Task Tcp_passes_when_it_connects_and_fails_when_it_does_not()
    {
        await using var server = new RawServer(static _ => Task.CompletedTask);
        using var refusing = new ClosedPort();
        var probe = new TcpProbe(send: null, expect: null);

        Assert.Equal(ProbeResult.Healthy, await CheckAsync(probe, server.Address.Replace("http", "tcp", StringComparison.Ordinal)));
        await Assert.ThrowsAsync<SocketException>(async () => await CheckAsync(probe, refusing.Address));
    }

    [Theory]
    [InlineData("+PONG\r\n", true)]
    [InlineData("-LOADING Redis is loading\r\n", false)]
    public async Task Tcp_sends_data_and_waits_for_the_expected_response(string response, bool passes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> received = AnswerOnceAsync(listener, response);

        ProbeResult result = await CheckAsync(new TcpProbe("PING\r\n", "+PONG"), $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

        Assert.Equal("PING\r\n", await received);
        Assert.Equal(passes ? ProbeResult.Healthy : ProbeResult.Unhealthy("the connection was closed before the expected data arrived"), result);
    }

    [Fact]
    public async Task Tcp_connects_to_unix_sockets_too()
    {
        string path = Path.Combine(Path.GetTempPath(), $"lb-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        try
        {
            Assert.Equal(ProbeResult.Healthy, await CheckAsync(new TcpProbe(send: null, expect: null), $"unix://{path}"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(1, "0", null)]
    [InlineData(2, "0", "the health service reports NOT_SERVING")]
    [InlineData(0, "0", "the health service reports UNKNOWN")]
    [InlineData(1, "12", "the health service failed with gRPC status 12")]
    [InlineData(1, "14", "the health service failed with gRPC status 14")]
    public async Task Grpc_passes_only_when_the_service_is_serving(int status, string code, string? reason)
    {
        byte[]? received = null;
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                received = body.ToArray();
                Assert.Equal("/grpc.health.v1.Health/Check", context.Request.Path);
                context.Response.ContentType = "application/grpc";
                await context.Response.Body.WriteAsync(status == 0 ? (byte[])[0, 0, 0, 0, 0] : [0, 0, 0, 0, 2, 8, (byte)status]);
                context.Response.AppendTrailer("grpc-status", code);
            },
            HttpProtocols.Http2);
        using var probe = new GrpcProbe(Request with { GrpcService = "shop.Catalog" }, "catalog");

        ProbeResult result = await CheckAsync(probe, server.Address);

        Assert.Equal(reason is null ? ProbeResult.Healthy : ProbeResult.UnhealthyImmediately(reason), result);
        Assert.Equal([0, 0, 0, 0, 14, 0x0A, 12, .. Encoding.UTF8.GetBytes("shop.Catalog")], received);
    }

    [Fact]
    public void Grpc_reads_no_status_from_invalid_responses()
    {
        foreach (byte[] body in (byte[][])[[], [0], [0, 0, 0, 0, 2, 8], [1, 0, 0, 0, 2, 8, 1], [0, 0, 0, 0, 2, 16, 1], [0, 0, 0, 0, 1, 8]])
        {
            Assert.Equal(0, GrpcProbe.ReadStatus(body));
        }

        Assert.Equal(1, GrpcProbe.ReadStatus([0, 0, 0, 0, 2, 8, 1]));
        Assert.Throws<ArgumentException>(() => GrpcProbe.Frame(new string('s', 128)));
    }

    private static async Task<string> AnswerOnceAsync(TcpListener listener, string response)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        byte[] buffer = new byte[64];
        int read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        try
        {
            foreach (char c in response)
            {
                // Byte by byte: the expected data may arrive in pieces.
                await stream.WriteAsync(new[] { (byte)c }, TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // The probe closes the connection when it has the expected data, and does not wait for the rest.
        }

        return Encoding.UTF8.GetString(buffer, 0, read);
    }

    private static ValueTask<ProbeResult> CheckAsync(IHealthProbe probe, string address) =>
        probe.ProbeAsync(Endpoint(address), TestContext.Current.CancellationToken);

    private static UpstreamEndpoint Endpoint(string address, string? hostname = null)
    {
        var description = new EndpointDescription(address) { Hostname = hostname };
        Assert.True(EndpointIdentity.TryParse(description, out EndpointIdentity identity, out _));
        return new UpstreamEndpoint(identity, description, new EndpointLoad());
    }
}
