using System.Net;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LoadBalancing.Client.Tests.Http.Bodies;

public sealed class LeasedStreamTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_stream_of_an_upgraded_connection_can_be_written_to_and_read_from()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(EchoUpgraded);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.SendAsync(
            Upgrade(),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        Stream stream = await response.Content.ReadAsStreamAsync(Cancelled);
        var echo = new byte[4];

        await stream.WriteAsync("ping"u8.ToArray(), Cancelled);
        await stream.ReadExactlyAsync(echo, Cancelled);

        Assert.Equal((HttpStatusCode.SwitchingProtocols, true, "ping"), (response.StatusCode, stream.CanWrite, Encoding.ASCII.GetString(echo)));
    }

    [Fact]
    public async Task The_stream_of_an_upgraded_connection_can_be_written_to_and_read_from_synchronously()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(EchoUpgraded);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.SendAsync(Upgrade(), sync: true, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        Stream stream = response.Content.ReadAsStream(Cancelled);
        var echo = new byte[4];

        stream.Write("pi"u8);
        stream.Write("ng"u8.ToArray(), 0, 2);
        stream.Flush();
        stream.ReadExactly(echo);

        Assert.Equal("ping", Encoding.ASCII.GetString(echo));
    }

    [Fact]
    public async Task An_upgraded_connection_is_in_flight_until_its_stream_is_disposed()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(EchoUpgraded);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.SendAsync(
            Upgrade(),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);

        int before = client.InFlight;
        await (await response.Content.ReadAsStreamAsync(Cancelled)).DisposeAsync();

        Assert.Equal((1, 0), (before, client.InFlight));
    }

    [Fact]
    public async Task An_upgraded_connection_is_in_flight_even_if_its_headers_declare_an_empty_body()
    {
        await using var server = new RawServer(async connection =>
        {
            await connection.ReadHeadersAsync();
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nContent-Length: 0\r\n\r\n");
            await connection.ReadHeadersAsync();
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);

        using HttpResponseMessage response = await client.SendAsync(
            Upgrade(),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);

        Assert.Equal(1, client.InFlight);
    }

    [Fact]
    public async Task A_read_into_an_empty_buffer_is_not_the_end_of_the_body()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);

        int read = await (await response.Content.ReadAsStreamAsync(Cancelled)).ReadAsync(Memory<byte>.Empty, Cancelled);

        Assert.Equal((0, 1), (read, client.InFlight));
    }

    [Fact]
    public async Task BeginRead_does_not_block_a_thread()
    {
        var body = new UnfinishedStream();
        await using var client = new BalancedClient(new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) }));
        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Stream stream = await response.Content.ReadAsStreamAsync(Cancelled);

        Task<int> reading = Task.Factory.FromAsync(stream.BeginRead, stream.EndRead, new byte[8], 0, 8, null);
        body.Arrival.SetResult(1);

        Assert.Equal(1, await reading);
    }

    [Fact]
    public async Task The_capabilities_are_those_of_the_inner_stream()
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(new byte[7])) }));
        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Stream stream = await response.Content.ReadAsStreamAsync(Cancelled);

        stream.Seek(3, SeekOrigin.Begin);
        stream.Position++;

        Assert.Equal((true, true, false, false, 7L, 4L), (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.CanTimeout, stream.Length, stream.Position));
    }

    private static HttpRequestMessage Upgrade() => new(HttpMethod.Get, "/echo") { Headers = { Connection = { "Upgrade" }, Upgrade = { new("echo") } } };

    private static async Task EchoUpgraded(HttpContext context)
    {
        context.Response.Headers.Upgrade = "echo";
        await using Stream stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var buffer = new byte[16];
        int read;
        while ((read = await stream.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
        }
    }

    /// <summary>Supports asynchronous reads only.</summary>
    private sealed class UnfinishedStream() : MemoryStream(new byte[8])
    {
        public TaskCompletionSource<int> Arrival { get; } = new();

        public override int Read(Span<byte> buffer) => throw new InvalidOperationException("read synchronously");

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("read synchronously");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Arrival.Task);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Arrival.Task;
    }
}
