using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.Tests.Http.Bodies;

public sealed class RequestBodiesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_short_body_is_buffered_and_resent(bool sync)
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync(Echo(200));
        await using LoopbackServer bad = await LoopbackServer.StartAsync(Echo(503));
        await using BalancedClient client = Client(good, bad, static o => o.Retry.MaxBufferedBodySize = 4);

        using HttpResponseMessage response = await client.SendAsync(Put(OneShot("body", length: 4)), sync, cancellationToken: Cancelled);

        Assert.Equal("200 body", $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Cancelled)}");
        Assert.Single(bad.Requests);
    }

    [Theory]
    [InlineData(5L)]
    [InlineData(null)]
    public async Task A_body_that_is_longer_or_has_no_length_is_sent_once(long? length)
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync(Echo(200));
        await using LoopbackServer bad = await LoopbackServer.StartAsync(Echo(503));
        await using BalancedClient client = Client(good, bad, static o => o.Retry.MaxBufferedBodySize = 4);

        using HttpResponseMessage response = await client.SendAsync(Put(OneShot("body!", length)), cancellationToken: Cancelled);

        Assert.Equal("503 body!", $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Cancelled)}");
    }

    [Fact]
    public async Task A_body_with_a_factory_is_recreated_for_each_retry_and_the_previous_one_is_disposed()
    {
        await using LoopbackServer good = await LoopbackServer.StartAsync(Echo(200));
        await using LoopbackServer bad = await LoopbackServer.StartAsync(Echo(503));
        await using BalancedClient client = Client(good, bad, static _ => { });
        var first = new OneShotStream("body");
        HttpRequestMessage request = Put(new StreamContent(first)).LoadBalancing().ContentFactory(static () => OneShot("body", length: null)).Request;

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("200 body", $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Cancelled)}");
        Assert.True(first.IsDisposed);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task Requests_that_are_not_idempotent_are_retried_with_RetryAllMethods(bool? all, int calls)
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Retry.RetryAllMethods = all);

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/items"), cancellationToken: Cancelled);

        Assert.Equal(calls, stub.Calls.Count);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_request_can_opt_out_of_retries_whatever_the_policy(string method)
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, static o => o.Retry.RetryAllMethods = true);

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items").LoadBalancing().Idempotent(false).Request,
            cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, false, false)]
    [InlineData(HttpProtocols.Http1, true, false)]
    [InlineData(HttpProtocols.Http2, false, false)]
    [InlineData(HttpProtocols.Http1, false, true)]
    [InlineData(HttpProtocols.Http2, false, true)]
    public async Task A_body_whose_source_stream_fails_does_not_count_against_the_endpoint_and_is_not_retried(HttpProtocols protocol, bool sync, bool inParts)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Echo(200), protocol);
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = ([server.Address], 1));
        HttpContent body = new StreamContent(new BreakingStream());
        HttpRequestMessage request = Put(inParts ? new MultipartFormDataContent { { body, "file" } } : body);
        request.Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, sync, cancellationToken: Cancelled));

        Assert.Contains("The disk broke.", thrown.ToString(), StringComparison.Ordinal);
        Assert.Equal((0L, 0, EndpointHealth.Available), (client.Failed, client.InFlight, client.Endpoints[0].Health));
        Assert.Same(inParts ? ((MultipartFormDataContent)request.Content!).Single() : request.Content, body);
    }

    [Fact]
    public async Task A_connection_that_breaks_during_a_body_counts_against_the_endpoint()
    {
        await using var broken = new RawServer(static async connection =>
        {
            await connection.ReadHeadersAsync();
            connection.Reset();
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [broken.Address]);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Put(new StreamContent(new EndlessStream())), cancellationToken: Cancelled));

        Assert.Equal(1, client.Failed);
    }

    [Fact]
    public async Task The_headers_of_a_tracked_body_reach_the_server()
    {
        string? seen = null;
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            seen = $"{context.Request.ContentType} {context.Request.ContentLength}";
            await Echo(200)(context);
        });
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        var body = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("body"))) { Headers = { { "Content-Type", "text/x-test" } } };

        using HttpResponseMessage response = await client.SendAsync(Put(body), cancellationToken: Cancelled);

        Assert.Equal("text/x-test 4", seen);
        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
    }

    public static TheoryData<HttpContent> KnownContents =>
    [
        new ByteArrayContent([1]),
        new StringContent("text"),
        new FormUrlEncodedContent([new("a", "1")]),
        new ReadOnlyMemoryContent(new byte[] { 1 }),
        new StreamContent(Stream.Null),
        new MultipartContent { new StringContent("part") },
        new MultipartFormDataContent { { new StringContent("part"), "name" } },
        JsonContent.Create(1),
    ];

    [Theory]
    [MemberData(nameof(KnownContents))]
    public void The_content_types_that_can_outlast_the_headers_are_those_of_HttpClient(HttpContent content)
    {
        // Internal to the platform, and the reason for our own list: content that allows duplex may still be sent after the response headers arrived.
        bool allowsDuplex = (bool)typeof(HttpContent).GetProperty("AllowDuplex", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(content)!;

        Assert.Equal(allowsDuplex, RequestBodies.CanOutlastResponseHeaders(content, new HttpResponseMessage { Version = HttpVersion.Version20 }));
    }

    [Fact]
    public void Over_HTTP_1_no_content_outlasts_the_headers() =>
        Assert.False(RequestBodies.CanOutlastResponseHeaders(JsonContent.Create(1), new HttpResponseMessage { Version = HttpVersion.Version11 }));

    public static TheoryData<HttpContent?, bool> Bodies => new()
    {
        { null, true },
        { new ByteArrayContent([1]), true },
        { new StringContent("text"), true },
        { new FormUrlEncodedContent([new("a", "1")]), true },
        { new ReadOnlyMemoryContent(new byte[] { 1 }), true },
        { JsonContent.Create(new { Id = 1 }), true },
        { JsonContent.Create("text"), true },
        { JsonContent.Create(new List<int> { 1 }), true },
        { JsonContent.Create(new[] { 1 }), true },
        { new MultipartContent { new StringContent("part") }, true },
        { new StreamContent(Stream.Null), false },
        { new MultipartContent { new StringContent("part"), new StreamContent(Stream.Null) }, false },
        { JsonContent.Create(Enumerable.Range(0, 3).Where(number => number > 0)), false },
        { JsonContent.Create(ReadAsync<string>()), false },
        { JsonContent.Create(ReadAsync<int>()), false },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_can_be_resent_only_if_it_is_certain_to_have_the_same_bytes(HttpContent? content, bool expected) =>
        Assert.Equal(expected, RequestBodies.IsReplayable(content));

    [Fact]
    public async Task A_factory_that_returns_a_body_already_sent_is_an_error_unless_it_can_be_resent()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub);
        var once = new StreamContent(new MemoryStream([1]));
        var often = new StringContent("text");

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.SendAsync(Put(OneShot("text", length: null)).LoadBalancing().ContentFactory(() => once).Request, cancellationToken: Cancelled));
        HttpRequestMessage again = Put(often).LoadBalancing().ContentFactory(() => often).Request;
        using HttpResponseMessage response = await client.SendAsync(again, cancellationToken: Cancelled);

        Assert.Equal(
            "The ContentFactory of the request returned the StreamContent that was already sent. Its bytes may be used up: create a new content at each call.",
            error.Message);
        Assert.Equal("text", await often.ReadAsStringAsync(Cancelled));
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task A_factory_that_returns_null_is_an_error()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK));

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.SendAsync(Put(new StringContent("")).LoadBalancing().ContentFactory(static () => null!).Request, cancellationToken: Cancelled));

        Assert.Equal("The ContentFactory of the request returned null.", error.Message);
    }

    [Theory]
    [InlineData("ReadAsStreamAsync")]
    [InlineData("ReadAsStream")]
    [InlineData("LoadIntoBufferAsync")]
    public async Task A_source_that_fails_counts_against_no_endpoint_whichever_way_it_is_read(string reader)
    {
        var stub = new StubHandler(async call =>
        {
            await BodyMatrix.ReadAsync(reader, call.Request.Content!);
            return new HttpResponseMessage();
        });
        await using var client = new BalancedClient(stub);

        await Assert.ThrowsAnyAsync<Exception>(() => client.SendAsync(Put(new StreamContent(new BreakingStream())), cancellationToken: Cancelled));

        Assert.Equal((0L, 0, 1), (client.Failed, client.InFlight, stub.Calls.Count));
    }

    private static BalancedClient Client(LoopbackServer good, LoopbackServer bad, Action<LoadBalancingOptions> configure) => new(options: o =>
    {
        o.Endpoints = [good.Address, bad.Address];
        configure(o);
    });

    private static HttpRequestMessage Put(HttpContent content) => new(HttpMethod.Put, "/items") { Content = content };

    private static StreamContent OneShot(string text, long? length)
    {
        var content = new StreamContent(new OneShotStream(text));
        content.Headers.ContentLength = length;
        return content;
    }

    private static RequestDelegate Echo(int status) => async context =>
    {
        context.Response.StatusCode = status;
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    };

    private static async IAsyncEnumerable<T> ReadAsync<T>()
    {
        await Task.Yield();
        yield break;
    }

    /// <summary>A stream that can be read only once.</summary>
    private class OneShotStream(string text) : MemoryStream(Encoding.ASCII.GetBytes(text))
    {
        public bool IsDisposed { get; private set; }

        public override bool CanSeek => false;

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class BreakingStream() : OneShotStream("")
    {
        private bool _begun;

        public override int Read(byte[] buffer, int offset, int count) => ReadCore();

        public override int Read(Span<byte> buffer) => ReadCore();

        public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return ReadCore();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return ReadCore();
        }

        private int ReadCore()
        {
            if (_begun)
            {
                throw new IOException("The disk broke.");
            }

            _begun = true;
            return 1;
        }
    }

    private sealed class EndlessStream() : OneShotStream("")
    {
        public override int Read(byte[] buffer, int offset, int count) => count;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
