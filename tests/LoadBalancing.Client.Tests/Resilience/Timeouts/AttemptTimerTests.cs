using System.Net;
using System.Net.Http.Json;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience.Timeouts;

/// <summary>The timeouts of calls and attempts.</summary>
public sealed class AttemptTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attempt_that_times_out_is_retried_on_another_endpoint_and_counts_as_a_failure(bool sync)
    {
        var clock = new FakeTimeProvider();
        var stub = StubHandler.Script(StubHandler.Hang, StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, o => o.Retry.PerTryTimeout = 2 * Second, clock);

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: Cancelled);
        await stub.WaitForCallAsync(1);
        clock.Advance(2 * Second);
        using HttpResponseMessage response = await sending;

        Assert.Equal(["10.0.0.2", "10.0.0.3"], stub.Authorities);
        Assert.Equal(1, client.Endpoints[1].FailureCount);
    }

    [Fact]
    public async Task A_POST_that_times_out_is_not_retried()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, o => o.Retry.PerTryTimeout = 2 * Second, clock);

        Task<HttpResponseMessage> sending = client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/items"), cancellationToken: Cancelled);
        clock.Advance(2 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.Contains("Retry.PerTryTimeout of 2 s has elapsed", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_that_time_out_eject_their_endpoint()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.Retry.PerTryTimeout, o.Retry.MaxRetries, o.OutlierDetection.ConsecutiveErrors) = (Second, 0, 1),
            clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(Second);
        await Assert.ThrowsAsync<TaskCanceledException>(() => sending);

        Assert.Equal(EndpointHealth.Ejected, client.Endpoints[1].Health);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_times_out_throws_as_HttpClient_does_and_names_the_option_and_its_value(bool sync)
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, o => o.Timeout = 1.5 * Second, clock);

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: Cancelled);
        await stub.WaitForCallAsync(1);
        clock.Advance(1.5 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.Equal("The call to service 'catalog' timed out: its Timeout of 1.5 s has elapsed. The last attempt was on http://10.0.0.2/.", thrown.Message);
    }

    [Fact]
    public async Task A_call_that_times_out_counts_as_a_failure_of_the_endpoint_it_waits_for()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), o => o.Timeout = Second, clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(Second);
        await Assert.ThrowsAsync<TaskCanceledException>(() => sending);

        Assert.Equal((1, 0), (client.Endpoints[1].FailureCount, client.InFlight));
    }

    [Fact]
    public async Task All_attempts_share_the_timeout_of_the_call()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, o => (o.Timeout, o.Retry.PerTryTimeout) = (5 * Second, 3 * Second), clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(3 * Second);
        await stub.WaitForCallAsync(2);
        clock.Advance(2 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("its Timeout of 5 s has elapsed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Calls.Count);
    }

    [Fact]
    public async Task The_timeout_of_the_call_is_named_even_when_the_timer_of_a_later_attempt_fires_slightly_early()
    {
        // System timers count whole milliseconds, and the rest of a call's timeout is rounded down to them.
        var clock = new SkewedClock(dueTime => TimeSpan.FromMilliseconds(Math.Floor(dueTime.TotalMilliseconds)));
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.Timeout, o.Retry.PerTryTimeout) = (TimeSpan.FromMilliseconds(1000.5), TimeSpan.FromMilliseconds(600)),
            clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromMilliseconds(600));
        await stub.WaitForCallAsync(2);
        clock.Advance(TimeSpan.FromMilliseconds(400));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("its Timeout of 1.0005 s has elapsed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, stub.Calls.Count);
    }

    [Fact]
    public async Task A_backoff_longer_than_the_remaining_timeout_is_not_started()
    {
        var clock = new FakeTimeProvider();
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => (o.Timeout, o.Retry.BaseBackoff) = (4 * Second, 10 * Second), clock, new ConstantRandom(0.5));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task A_backoff_that_outlasts_the_call_ends_it_without_another_attempt()
    {
        var clock = new SkewedClock(dueTime => dueTime == 2 * Second ? 5 * Second : dueTime);
        var stub = StubHandler.Script(StubHandler.Status(HttpStatusCode.ServiceUnavailable), StubHandler.Hang);
        await using var client = new BalancedClient(stub, o => (o.Timeout, o.Retry.BaseBackoff) = (4 * Second, 4 * Second), clock, new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(5 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.EndsWith("its Timeout of 4 s has elapsed. The last attempt was on http://10.0.0.2/.", thrown.Message, StringComparison.Ordinal);
        Assert.Single(stub.Calls);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(101, 0)]
    public async Task A_timeout_noticed_more_than_a_tenth_of_a_second_late_is_not_a_failure_of_the_endpoint(int late, int failed)
    {
        var clock = new FakeTimeProvider();
        var noticed = new TaskCompletionSource<HttpResponseMessage>();
        await using var client = new BalancedClient(new StubHandler(_ => noticed.Task), o => o.Timeout = Second, clock);
        using MetricCollector<long> starved = client.Counter("timeouts.late");

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(Second);
        clock.Advance(TimeSpan.FromMilliseconds(late));
        noticed.SetCanceled(Cancelled);
        await Assert.ThrowsAsync<TaskCanceledException>(() => sending);

        Assert.Equal((failed, 1 - failed), (client.Failed, starved.GetMeasurementSnapshot().Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_timeouts_end_with_the_headers_and_a_slow_body_may_take_longer(bool sync)
    {
        var clock = new FakeTimeProvider();
        var body = new System.IO.Pipelines.Pipe();
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body.Reader.AsStream()) }),
            o => (o.Timeout, o.Retry.PerTryTimeout) = (2 * Second, Second),
            clock);

        using HttpResponseMessage response = await client.GetAsync(sync, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        clock.Advance(TimeSpan.FromHours(1));
        await body.Writer.WriteAsync("late"u8.ToArray(), Cancelled);
        await body.Writer.CompleteAsync();

        Assert.Equal("late", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_timeouts_a_call_never_times_out(bool firstFails)
    {
        var clock = new FakeTimeProvider();
        var stub = firstFails ? StubHandler.Script(StubHandler.Status(HttpStatusCode.ServiceUnavailable), StubHandler.Hang) : new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.Timeout, o.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            clock);
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: caller.Token);
        clock.Advance(TimeSpan.FromDays(1));
        bool ended = sending.IsCompleted;
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.False(ended);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.NoContent)]
    public async Task A_response_without_a_body_to_an_unfinished_upload_reaches_the_caller_on_any_clock(HttpStatusCode status)
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(status) { Version = HttpVersion.Version20 }),
            time: new FakeTimeProvider());

        using HttpResponseMessage response = await client.SendAsync(Upload(new UnknownContent()), cancellationToken: Cancelled);

        Assert.Equal(status, response.StatusCode);
    }

    public static TheoryData<string> Uploads => ["unknown", "json"];

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task An_upload_that_continues_after_the_headers_no_longer_times_out(string kind)
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(Respond);
        await using var client = new BalancedClient(stub, o => o.Timeout = Second, clock);

        using HttpResponseMessage response = await client.SendAsync(
            Upload(Content(kind)),
            completion: HttpCompletionOption.ResponseHeadersRead,
            cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromHours(1));

        Assert.False(stub.Calls.Single().CancellationToken.IsCancellationRequested);
    }

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task An_upload_that_continues_after_the_headers_is_still_cancelled_by_the_caller(string kind)
    {
        var stub = new StubHandler(Respond);
        await using var client = new BalancedClient(stub);
        using HttpMessageInvoker invoker = client.Invoker;
        using var caller = new CancellationTokenSource();

        using HttpResponseMessage response = await invoker.SendAsync(Upload(Content(kind)), caller.Token);
        await caller.CancelAsync();

        Assert.True(stub.Calls.Single().CancellationToken.IsCancellationRequested);
    }

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task The_token_of_an_unfinished_upload_is_not_reused_by_another_request(string kind)
    {
        var stub = new StubHandler(Respond);
        await using var client = new BalancedClient(stub);

        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await client.SendAsync(Upload(Content(kind)), cancellationToken: Cancelled);
        }

        Assert.Equal(3, stub.Calls.Select(call => call.CancellationToken).Distinct().Count());
    }

    [Fact]
    public async Task On_the_system_clock_consecutive_requests_reuse_the_same_cancellation_source()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub);

        for (int i = 0; i < 100; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Single(stub.Calls.Select(call => call.CancellationToken).Distinct());
    }

    [Fact]
    public async Task On_the_system_clock_a_source_that_fired_is_not_reused()
    {
        var stub = StubHandler.Script(StubHandler.Status(HttpStatusCode.OK), StubHandler.Hang, StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, o => o.Retry.PerTryTimeout = TimeSpan.FromMilliseconds(20));

        for (int i = 0; i < 100; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        CancellationToken fired = stub.Calls[1].CancellationToken;
        Assert.True(fired.IsCancellationRequested);
        Assert.DoesNotContain(stub.Calls.Skip(2), call => call.CancellationToken == fired);
    }

    [Fact]
    public async Task On_the_system_clock_a_source_is_returned_only_once_for_a_response_that_could_not_be_wrapped()
    {
        var stub = StubHandler.Script(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new InvalidContent() }), StubHandler.Hang);
        await using var client = new BalancedClient(stub);
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(cancellationToken: Cancelled));
        Task<HttpResponseMessage>[] sending = [client.GetAsync(cancellationToken: caller.Token), client.GetAsync(cancellationToken: caller.Token)];
        CancellationToken[] tokens = [stub.Calls[1].CancellationToken, stub.Calls[2].CancellationToken];
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(sending));

        Assert.NotEqual(tokens[0], tokens[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_the_system_clock_a_call_times_out(bool sync)
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), o => o.Timeout = TimeSpan.FromMilliseconds(20));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync(sync, cancellationToken: Cancelled));

        Assert.Contains("its Timeout of 0.02 s has elapsed", thrown.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Action<LoadBalancingOptions>, string> LongerThanATimer => new()
    {
        { o => o.Timeout = TimeSpan.MaxValue, "catalog:Timeout" },
        { o => (o.Timeout, o.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, TimeSpan.FromDays(50)), "catalog:Retry:PerTryTimeout" },
        { o => o.Retry.BaseBackoff = TimeSpan.MaxValue, "catalog:Retry:BaseBackoff" },
        { o => o.Retry.MaxBackoff = TimeSpan.MaxValue, "catalog:Retry:MaxBackoff" },
        { o => o.Fault = new FaultOptions
        {
            Delay = new FaultDelayOptions { FixedDelay = TimeSpan.MaxValue, Percent = 100 },
        }, "catalog:Fault:Delay:FixedDelay" },
        { o => o.OutlierDetection.Interval = TimeSpan.MaxValue, "catalog:OutlierDetection:Interval" },
        { o => o.OutlierDetection.BaseEjectionTime = TimeSpan.MaxValue, "catalog:OutlierDetection:BaseEjectionTime" },
        { o => o.OutlierDetection.MaxEjectionTime = TimeSpan.MaxValue, "catalog:OutlierDetection:MaxEjectionTime" },
        { o => o.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.MaxValue, "catalog:OutlierDetection:MaxEjectionTimeJitter" },
    };

    [Theory]
    [MemberData(nameof(LongerThanATimer))]
    public async Task A_duration_longer_than_timers_support_is_rejected_with_the_options(Action<LoadBalancingOptions> options, string path)
    {
        await using var client = new BalancedClient(new StubHandler(), options);

        OptionsValidationException thrown = Assert.Throws<OptionsValidationException>(() => client.Http);

        Assert.Contains($"{path}: ", thrown.Message, StringComparison.Ordinal);
    }

    private static HttpResponseMessage Respond(StubCall call) =>
        new(HttpStatusCode.OK) { Content = new StringContent("response"), Version = HttpVersion.Version20 };

    private static HttpRequestMessage Upload(HttpContent content) => new(HttpMethod.Post, "http://catalog/items") { Content = content };

    private static HttpContent Content(string kind) => kind == "json" ? JsonContent.Create(new { Id = 1 }) : new UnknownContent();

    /// <summary>Content of an unknown type, which may still be sent while the response is read.</summary>
    private sealed class UnknownContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return true;
        }
    }

    private sealed class InvalidContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

        protected override bool TryComputeLength(out long length) => throw new InvalidOperationException("no length");
    }

    /// <summary>A clock whose timers fire earlier or later than requested.</summary>
    private sealed class SkewedClock(Func<TimeSpan, TimeSpan> skew) : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new SkewedTimer(base.CreateTimer(callback, state, Skew(dueTime), period), this);

        private TimeSpan Skew(TimeSpan dueTime) => dueTime > TimeSpan.Zero ? skew(dueTime) : dueTime;

        private sealed class SkewedTimer(ITimer inner, SkewedClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(clock.Skew(dueTime), period);

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
