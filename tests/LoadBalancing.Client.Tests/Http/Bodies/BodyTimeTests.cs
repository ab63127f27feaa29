using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Bodies;

/// <summary>The timeouts of response bodies: the idle timeout of a read, and the timeout of the call when it covers the body.</summary>
public sealed class BodyTimeTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, Func<HttpResponseMessage, CancellationToken, Task>> Readings = new()
    {
        ["ReadAsStringAsync"] = static (response, token) => response.Content.ReadAsStringAsync(token),
        ["CopyToAsync"] = static (response, token) => response.Content.CopyToAsync(Stream.Null, token),
        ["stream CopyToAsync"] = static async (
            response,
            token) => await (await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false)).CopyToAsync(Stream.Null, token).ConfigureAwait(false),
        ["stream ReadAsync"] = static async (response, token) =>
        {
            Stream stream = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            while (await stream.ReadAsync(new byte[8], token).ConfigureAwait(false) > 0)
            {
            }
        },
    };

    private readonly FakeTimeProvider _clock = new();
    /// <summary>When a write ends, its data has been read and the next read has begun.</summary>
    private readonly Pipe _body = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        useSynchronizationContext: false));
    private BalancedClient? _client;

    public static TheoryData<string> WaysToRead => [.. Readings.Keys];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _body.Writer.CompleteAsync();
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(WaysToRead))]
    public async Task A_body_with_a_length_that_stalls_times_out_after_30_seconds_and_counts_against_the_endpoint(string way)
    {
        HttpResponseMessage response = await AnswerAsync(length: 10);
        await WriteAsync("five.");

        Task reading = Readings[way](response, Cancelled);
        _clock.Advance(29 * Second);
        Assert.False(reading.IsCompleted);
        _clock.Advance(Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => reading);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.Equal(
            $"The body of a response of service 'catalog' timed out: nothing was received from {_client!.Endpoints[0]} within its BodyIdleTimeout of 30 s.",
            thrown.Message);
        Assert.Equal((1L, 0), (_client.Failed, _client.InFlight));
    }

    [Fact]
    public async Task A_body_that_HttpClient_buffers_times_out_too()
    {
        Task<HttpResponseMessage> sending = Client(10).GetAsync(cancellationToken: Cancelled);
        await WriteAsync("five.");

        _clock.Advance(30 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("BodyIdleTimeout of 30 s", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((1L, 0), (_client!.Failed, _client.InFlight));
    }

    [Theory]
    [MemberData(nameof(WaysToRead))]
    public async Task Each_read_has_the_whole_idle_timeout_and_none_runs_between_reads(string way)
    {
        HttpResponseMessage response = await AnswerAsync(length: 4);
        _clock.Advance(TimeSpan.FromHours(1));

        Task reading = Readings[way](response, Cancelled);
        foreach (string part in new[] { "a", "b", "c", "d" })
        {
            _clock.Advance(29 * Second);
            await WriteAsync(part);
        }

        await _body.Writer.CompleteAsync();
        await reading;
        Assert.Equal((1L, 0), (_client!.Succeeded, _client.InFlight));
    }

    [Fact]
    public async Task A_slow_reader_does_not_use_up_the_idle_timeout()
    {
        HttpResponseMessage response = await AnswerAsync(length: 2);
        Stream stream = await response.Content.ReadAsStreamAsync(Cancelled);
        await WriteAsync("a");
        Assert.Equal(1, await stream.ReadAsync(new byte[1], Cancelled));

        _clock.Advance(TimeSpan.FromHours(1));
        await WriteAsync("b");

        Assert.Equal(1, await stream.ReadAsync(new byte[1], Cancelled));
    }

    [Fact]
    public async Task A_slow_destination_does_not_count_against_the_endpoint()
    {
        HttpResponseMessage response = await AnswerAsync(length: 2);
        var destination = new SlowDestination();
        Task copying = response.Content.CopyToAsync(destination, Cancelled);
        await WriteAsync("a");
        await destination.Written;

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(copying.IsCompleted);
        destination.GoOn();
        await WriteAsync("b");
        await _body.Writer.CompleteAsync();

        await copying;
        Assert.Equal((1L, 0), (_client!.Succeeded, _client.InFlight));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(10, -1, null)]
    [InlineData(10, 5, "text/event-stream")]
    [InlineData(10, 5, "application/grpc+proto")]
    public async Task There_is_no_idle_timeout_without_a_length_when_it_is_infinite_or_for_streaming_content(int? length, int? seconds, string? type)
    {
        HttpResponseMessage response = await AnswerAsync(length, seconds is null ? null : seconds < 0 ? Timeout.InfiniteTimeSpan : seconds * Second, type);

        Task<string> reading = response.Content.ReadAsStringAsync(Cancelled);
        _clock.Advance(TimeSpan.FromHours(1));
        await WriteAsync("late");
        await _body.Writer.CompleteAsync();

        Assert.Equal("late", await reading);
    }

    [Fact]
    public async Task An_explicit_idle_timeout_applies_to_bodies_without_a_length_too_and_a_route_can_override_it()
    {
        Client(
            length: null,
            options => (
                options.BodyIdleTimeout,
                options.Routes) = (5 * Second, [new() { Name = "slow", Match = [new() { Path = "/slow" }], BodyIdleTimeout = 60 * Second }]));
        using HttpResponseMessage fast = await _client!.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Task reading = fast.Content.ReadAsStringAsync(Cancelled);
        _clock.Advance(5 * Second);
        Assert.Contains("BodyIdleTimeout of 5 s", (await Assert.ThrowsAsync<TaskCanceledException>(() => reading)).Message, StringComparison.Ordinal);

        using HttpResponseMessage slow = await _client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/slow"),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        reading = slow.Content.ReadAsStringAsync(Cancelled);
        _clock.Advance(59 * Second);
        Assert.False(reading.IsCompleted);
        _clock.Advance(Second);
        Assert.Contains("BodyIdleTimeout of 60 s", (await Assert.ThrowsAsync<TaskCanceledException>(() => reading)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgraded_connection_may_be_silent()
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.SwitchingProtocols) { Content = new StreamContent(_body.Reader.AsStream()) }),
            static options => (options.BodyIdleTimeout, options.TimeoutCoversBody, options.Timeout) = (Second, true, Second),
            _clock);
        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Stream stream = await response.Content.ReadAsStreamAsync(Cancelled);

        ValueTask<int> reading = stream.ReadAsync(new byte[8], Cancelled);
        _clock.Advance(TimeSpan.FromHours(1));
        await WriteAsync("hi");

        Assert.Equal(2, await reading);
    }

    [Theory]
    [MemberData(nameof(WaysToRead))]
    public async Task The_timeout_of_the_call_covers_its_body_with_TimeoutCoversBody(string way)
    {
        HttpResponseMessage response = await AnswerAsync(
            length: null,
            configure: static options => (options.Timeout, options.TimeoutCoversBody) = (10 * Second, true));
        _clock.Advance(4 * Second);
        await WriteAsync("a");

        Task reading = Readings[way](response, Cancelled);
        _clock.Advance(5 * Second);
        Assert.False(reading.IsCompleted);
        _clock.Advance(Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => reading);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.StartsWith("The call to service 'catalog' timed out: its Timeout of 10 s has elapsed.", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((1L, 0), (_client!.Failed, _client.InFlight));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_starts_after_the_timeout_of_the_call_ends_immediately_and_does_not_count_against_the_endpoint(bool sync)
    {
        HttpResponseMessage response = await AnswerAsync(
            length: 10,
            configure: static options => (options.Timeout, options.TimeoutCoversBody) = (10 * Second, true));
        Stream stream = sync ? response.Content.ReadAsStream(Cancelled) : await response.Content.ReadAsStreamAsync(Cancelled);
        _clock.Advance(11 * Second);

        TaskCanceledException thrown = sync
            ? Assert.Throws<TaskCanceledException>(() => stream.Read(new byte[8]))
            : await Assert.ThrowsAsync<TaskCanceledException>(async () => await stream.ReadAtLeastAsync(new byte[8], 1, throwOnEndOfStream: false, Cancelled));

        Assert.Contains("its Timeout of 10 s has elapsed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((0L, 0), (_client!.Failed, _client.InFlight));
    }

    [Fact]
    public async Task A_route_can_set_TimeoutCoversBody_alone()
    {
        Client(
            length: null,
            static options => (
                options.Timeout,
                options.Routes) = (10 * Second, [new() { Name = "short", Match = [new() { Path = "/short" }], TimeoutCoversBody = true }]));
        using HttpResponseMessage covered = await _client!.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/short"),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        Task reading = covered.Content.ReadAsStringAsync(Cancelled);
        _clock.Advance(10 * Second);
        await Assert.ThrowsAsync<TaskCanceledException>(() => reading);

        using HttpResponseMessage free = await _client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Task<string> other = free.Content.ReadAsStringAsync(Cancelled);
        _clock.Advance(TimeSpan.FromHours(1));
        await WriteAsync("late");
        await _body.Writer.CompleteAsync();
        Assert.Equal("late", await other);
    }

    [Theory]
    [MemberData(nameof(WaysToRead))]
    public async Task A_reader_that_cancels_gets_its_own_cancellation(string way)
    {
        HttpResponseMessage response = await AnswerAsync(length: 10);
        using var reader = new CancellationTokenSource();

        Task reading = Readings[way](response, reader.Token);
        await reader.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(reader.Token, thrown.CancellationToken);
        Assert.Equal((0L, 0), (_client!.Failed, _client.InFlight));
    }

    [Fact]
    public async Task The_sender_can_cancel_its_token_after_the_headers_without_effect_on_the_body()
    {
        using var sender = new CancellationTokenSource();
        Client(length: 4);
        using HttpResponseMessage response = await _client!.Invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/items"), sender.Token);
        await sender.CancelAsync();

        Task<string> reading = response.Content.ReadAsStringAsync(Cancelled);
        await WriteAsync("late");
        await _body.Writer.CompleteAsync();

        Assert.Equal("late", await reading);
    }

    [Fact]
    public async Task A_body_that_is_disposed_during_a_read_does_not_affect_the_next_body()
    {
        HttpResponseMessage first = await AnswerAsync(length: 10);
        ValueTask<int> reading = (await first.Content.ReadAsStreamAsync(Cancelled)).ReadAsync(new byte[8], Cancelled);
        first.Content.Dispose();
        Assert.Equal(0, _client!.InFlight);

        for (int i = 0; i < 100; i++)
        {
            await using var other = new BalancedClient(new StubHandler(static _ => Bytes(4)), time: _clock);
            using HttpResponseMessage next = await other.GetAsync(cancellationToken: Cancelled);
            Assert.Equal(1, other.Succeeded);
        }

        // The abandoned read has no timeout any more.
        _clock.Advance(TimeSpan.FromHours(1));
        await _body.Writer.CompleteAsync();
        Assert.Equal(0, await reading);
    }

    [Fact]
    public async Task Bodies_that_arrive_in_time_share_one_pooled_timeout_and_create_no_timer()
    {
        var time = new CountingTimeProvider();
        var stub = new StubHandler(static _ => Bytes(100));
        await using var client = new BalancedClient(stub, time: time);
        (await client.GetAsync(cancellationToken: Cancelled)).Dispose();
        int timers = time.TimersAlive;

        for (int i = 0; i < 1000; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Equal(timers, time.TimersAlive);
        Assert.InRange(stub.Calls.Select(static call => call.CancellationToken).Distinct().Count(), 1, 10);
    }

    [Fact]
    public async Task A_thousand_leaked_responses_leave_no_timer()
    {
        var time = new CountingTimeProvider();
        await using var client = new BalancedClient(new StubHandler(static _ => Bytes(100)), time: time);
        (await client.GetAsync(cancellationToken: Cancelled)).Dispose();

        for (int i = 0; i < 1000; i++)
        {
            await DropAsync(client);
        }

        await Eventually.IsTrueAfterCollection(() => client.InFlight == 0 && time.TimersAlive < 20);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Over_a_real_connection_a_body_that_stalls_times_out(HttpProtocols protocol)
    {
        var release = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            async context =>
            {
                context.Response.ContentLength = 100;
                await context.Response.WriteAsync("half of it");
                await context.Response.Body.FlushAsync();
                await release.Task;
            },
            protocol);
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.BodyIdleTimeout) = ([server.Address], TimeSpan.FromMilliseconds(300)));
        var request = new HttpRequestMessage(HttpMethod.Get, "/items")
        {
            Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => client.SendAsync(request, cancellationToken: Cancelled));

        release.SetResult();
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.Equal(0, client.InFlight);
    }

    private static HttpResponseMessage Bytes(int length) =>
        new(HttpStatusCode.OK) { Content = new ByteArrayContent(new byte[length]) { Headers = { ContentLength = length } } };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(BalancedClient client) =>
        await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);

    private async Task<HttpResponseMessage> AnswerAsync(int? length, TimeSpan? idle = null, string? type = null, Action<LoadBalancingOptions>? configure = null)
    {
        Client(length, configure ?? (options => options.BodyIdleTimeout = idle), type);
        return await _client!.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
    }

    private BalancedClient Client(int? length, Action<LoadBalancingOptions>? configure = null, string? type = null) => _client = new BalancedClient(
        new StubHandler(_ =>
        {
            var content = new StreamContent(_body.Reader.AsStream(leaveOpen: true));
            content.Headers.ContentLength = length;
            content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        }),
        options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            configure?.Invoke(options);
        },
        _clock,
        http: static client => client.Timeout = Timeout.InfiniteTimeSpan);

    private async Task WriteAsync(string text) => await _body.Writer.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), Cancelled);

    /// <summary>Blocks each write until <see cref="GoOn"/>.</summary>
    private sealed class SlowDestination : MemoryStream
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Written => _written.Task;

        public void GoOn() => _goOn.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _written.TrySetResult();
            await _goOn.Task;
            await base.WriteAsync(buffer, cancellationToken);
        }
    }
}
