using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Bodies;

/// <summary>Uploads that time out: because of the stream that they are read from, or because of the endpoint.</summary>
public sealed class SlowSourceTests
{
    private static readonly TimeSpan PerTryTimeout = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpProtocols.Http1, true)]
    [InlineData(HttpProtocols.Http1, false)]
    [InlineData(HttpProtocols.Http2, true)]
    [InlineData(HttpProtocols.Http2, false)]
    public async Task Uploads_whose_source_has_no_data_time_out_and_are_held_against_no_endpoint(HttpProtocols protocol, bool heedsCancellation)
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(ReadAsync, protocol);
        await using LoopbackServer two = await LoopbackServer.StartAsync(ReadAsync, protocol);
        await using BalancedClient client = Create(one, two);
        using MetricRecorder metrics = client.Listen();
        SlowStream[] sources = [.. Enumerable.Range(0, 12).Select(_ => new SlowStream(heedsCancellation))];

        Task<TaskCanceledException>[] uploads =
            [.. sources.Select(source => Assert.ThrowsAsync<TaskCanceledException>(() => UploadAsync(client, source, protocol)))];
        await Eventually.IsTrue(() => Array.TrueForAll(sources, static source => source.IsWaiting));
        _clock.Advance(PerTryTimeout);

        Assert.All(await Task.WhenAll(uploads), static exception => Assert.EndsWith(
            "It waited for the stream that the body of the request is read from (upload_source). " +
                "It was not retried: the body of the request cannot be read again (body).",
            exception.Message,
            StringComparison.Ordinal));
        Assert.Equal(["loadbalancing.cluster=catalog loadbalancing.outcome=upload_source 12"], metrics.Totals("attempts"));
        Assert.Equal((0L, 2), (client.Failed, client.Endpoints.Count(static endpoint => endpoint.IsAvailable)));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task An_upload_that_the_endpoint_does_not_read_times_out_as_its_failure(HttpProtocols protocol)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static context => Task.Delay(Timeout.Infinite, context.RequestAborted), protocol);
        await using BalancedClient client = Create(server);
        long sent = 0;

        Task upload = UploadAsync(client, new PatternStream(1L << 32, read => Volatile.Write(ref sent, read)), protocol);
        long last = 0;
        int unchanged = 0;
        await Eventually.IsTrue(() =>
        {
            unchanged = sent > 0 && sent == last ? unchanged + 1 : 0;
            last = sent;
            return unchanged == 100;
        });
        _clock.Advance(PerTryTimeout);

        await Assert.ThrowsAsync<TaskCanceledException>(() => upload);
        Assert.Equal(1, client.Failed);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task An_upload_that_is_complete_and_has_no_response_times_out_as_the_endpoints_failure(HttpProtocols protocol)
    {
        var received = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                received.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            protocol);
        await using BalancedClient client = Create(server);

        Task upload = UploadAsync(client, new MemoryStream([1, 2, 3]), protocol);
        await received.Task;
        _clock.Advance(PerTryTimeout);

        await Assert.ThrowsAsync<TaskCanceledException>(() => upload);
        Assert.Equal(1, client.Failed);
    }

    private BalancedClient Create(params LoopbackServer[] servers) => new(
        options: options => options.Endpoints = [.. servers.Select(static server => (EndpointDescription)server.Address)],
        time: _clock);

    private static async Task UploadAsync(BalancedClient client, Stream source, HttpProtocols protocol)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, "/items")
        {
            Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StreamContent(source),
        };
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
    }

    private static async Task ReadAsync(HttpContext context) => await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

    /// <summary>Has one byte, and then none until it is cancelled, or another one that comes too late.</summary>
    private sealed class SlowStream(bool heedsCancellation) : Stream
    {
        private volatile bool _isWaiting;
        private bool _hasStarted;

        public bool IsWaiting => _isWaiting;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span[0] = 1;
            if (!_hasStarted)
            {
                _hasStarted = true;
                return 1;
            }

            _isWaiting = true;
            Task waiting = Task.Delay(Timeout.Infinite, cancellationToken);
            await (heedsCancellation ? waiting : Task.WhenAny(waiting));
            return 1;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
