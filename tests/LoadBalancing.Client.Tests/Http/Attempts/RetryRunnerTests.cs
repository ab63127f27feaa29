using System.Collections.Concurrent;
using System.Net;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Attempts;

public sealed class RetryRunnerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", false)]
    [InlineData("GET", true)]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    public async Task A_refused_connection_is_retried_on_another_endpoint_immediately_whatever_the_method(string method, bool sync)
    {
        using var dead = new ClosedPort();
        await using LoopbackServer server = await LoopbackServer.StartAsync();

        // This clock does not advance: a delay before the retry would never end.
        await using var client = new BalancedClient(
            options: o => o.Endpoints = [server.Address, dead.Address],
            time: new FakeTimeProvider(),
            random: new ConstantRandom(0.75));

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items"),
            sync,
            cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((1, 1), (client.Failed, server.Requests.Count));
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("GET", true)]
    [InlineData("HEAD", false)]
    [InlineData("PUT", false)]
    [InlineData("DELETE", false)]
    [InlineData("OPTIONS", false)]
    [InlineData("TRACE", false)]
    public async Task An_idempotent_request_with_a_gateway_error_is_retried_on_another_endpoint(string method, bool sync)
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items"),
            sync,
            cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], stub.Authorities);
    }

    [Theory]
    [InlineData("POST", false)]
    [InlineData("POST", true)]
    [InlineData("PATCH", false)]
    public async Task A_request_that_is_not_idempotent_returns_its_gateway_error(string method, bool sync)
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), "/items"),
            sync,
            cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Single(stub.Calls);
    }

    [Fact]
    public async Task A_request_marked_as_idempotent_is_retried_with_its_body()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(Echo(200));
        await using LoopbackServer two = await LoopbackServer.StartAsync(Echo(503));
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);
        HttpRequestMessage request = new HttpRequestMessage(
            HttpMethod.Post,
            "/items")
        { Content = new StringContent("body") }.LoadBalancing().Idempotent().Request;

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Single(two.Requests);
    }

    [Theory]
    [InlineData(502, 2)]
    [InlineData(503, 2)]
    [InlineData(504, 2)]
    [InlineData(500, 1)]
    [InlineData(501, 1)]
    [InlineData(404, 1)]
    [InlineData(429, 1)]
    public async Task By_default_only_gateway_errors_are_retried(int status, int calls)
    {
        var stub = StubHandler.Script((HttpStatusCode)status, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(calls, stub.Calls.Count);
    }

    [Fact]
    public async Task With_5xx_every_server_error_is_retried()
    {
        var stub = StubHandler.Script(HttpStatusCode.InternalServerError, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Retry.RetryOn = [RetryConditions.ServerError]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_failure_that_matches_no_condition_is_not_retried()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Retry.RetryOn = [RetryConditions.ConnectFailure]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task No_endpoint_is_tried_twice_while_another_is_untried()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(stub, o => (o.Retry.MaxRetries, o.OutlierDetection.ConsecutiveErrors) = (2, 0));

        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.All(stub.Authorities.Chunk(3), call => Assert.Equal(3, call.Distinct().Count()));
    }

    [Fact]
    public async Task When_every_endpoint_was_tried_retries_use_them_again()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"]);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task There_are_as_many_retries_as_configured_and_the_last_response_reaches_the_caller(int attempts)
    {
        var stub = new StubHandler(call => new HttpResponseMessage(HttpStatusCode.BadGateway) { ReasonPhrase = $"{call.Number}" });
        await using var client = new BalancedClient(stub, o => o.Retry.MaxRetries = attempts);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal($"{attempts + 1}", response.ReasonPhrase);
        Assert.Equal(attempts + 1, stub.Calls.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_no_attempt_succeeds_the_last_exception_reaches_the_caller_unchanged(bool sync)
    {
        var errors = new HttpRequestException[] { new("first"), new("second"), new("third") };
        await using var client = new BalancedClient(new StubHandler(call => Task.FromException<HttpResponseMessage>(errors[call.Number - 1])));

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(sync, cancellationToken: Cancelled));

        Assert.Same(errors[2], thrown);
    }

    [Fact]
    public async Task A_superseded_response_is_disposed_before_the_next_attempt()
    {
        var superseded = new WatchedContent();
        bool disposedInTime = false;
        var stub = StubHandler.Script(
            _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = superseded }),
            _ =>
            {
                disposedInTime = superseded.IsDisposed;
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
            });
        await using var client = new BalancedClient(stub);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.True(disposedInTime);
    }

    [Fact]
    public async Task A_body_that_can_be_read_only_once_is_not_resent_and_the_first_response_reaches_the_caller()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(Echo(503));
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address]);
        var request = new HttpRequestMessage(HttpMethod.Put, "/items") { Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("body"))) };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_can_be_read_only_once_is_sent_after_a_refused_connection(bool sync)
    {
        using var dead = new ClosedPort();
        await using LoopbackServer server = await LoopbackServer.StartAsync(Echo(200));
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address, dead.Address]);
        var request = new HttpRequestMessage(HttpMethod.Post, "/items") { Content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("body"))) };

        using HttpResponseMessage response = await client.SendAsync(request, sync, cancellationToken: Cancelled);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_GET_is_retried_after_a_connection_reset_in_the_middle_of_the_headers(bool sync)
    {
        await using RawServer broken = ResettingInHeaders();
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address, broken.Address]);

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((1, 1), (broken.ConnectionsAccepted, client.Failed));
    }

    [Fact]
    public async Task A_connection_reset_in_the_middle_of_the_headers_fails_a_POST()
    {
        await using RawServer broken = ResettingInHeaders();
        await using var client = new BalancedClient(options: o => o.Endpoints = [broken.Address]);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/items"), cancellationToken: Cancelled));

        Assert.Equal((1, 1), (broken.ConnectionsAccepted, client.Failed));
    }

    [Fact]
    public async Task A_refused_stream_is_retried_whatever_the_method()
    {
        const uint RefusedStream = 7;
        int refused = 0;
        await using var refusing = new RawServer(connection => Http2Frames.ResetEveryStreamAsync(
            connection,
            RefusedStream,
            () => Interlocked.Increment(ref refused)));
        await using LoopbackServer server = await LoopbackServer.StartAsync(Echo(200), HttpProtocols.Http2);
        await using var client = new BalancedClient(options: o => o.Endpoints = [server.Address, refusing.Address]);
        using MetricCollector<long> retries = client.Counter("retries");

        using HttpResponseMessage response = await client.SendAsync(Http2Post(), cancellationToken: Cancelled);

        Assert.Equal("body", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("refused-stream", Assert.Single(retries.GetMeasurementSnapshot()).Tags["loadbalancing.reason"]);

        // SocketsHttpHandler itself sends it three more times; for the load balancing this is one attempt.
        Assert.Equal(4, refused);
    }

    [Fact]
    public async Task A_stream_reset_for_another_reason_fails_a_POST()
    {
        const uint InternalError = 2;
        await using var broken = new RawServer(connection => Http2Frames.ResetEveryStreamAsync(connection, InternalError, () => { }));
        await using var client = new BalancedClient(options: o => o.Endpoints = [broken.Address]);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(Http2Post(), cancellationToken: Cancelled));

        Assert.Equal(1, client.Failed);
    }

    [Fact]
    public async Task When_no_endpoint_is_available_the_last_response_reaches_the_caller()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(stub, o =>
            (o.OutlierDetection.ConsecutiveErrors, o.OutlierDetection.MaxEjectionPercent, o.Panic.ThresholdPercent, o.Retry.MaxRetries) = (1, 100, 0, 5));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 3), (response.StatusCode, stub.Calls.Count));
    }

    [Fact]
    public async Task A_refused_connection_to_the_only_endpoint_is_retried_after_a_delay()
    {
        var clock = new FakeTimeProvider();
        var stub = StubHandler.Script(StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError)), StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(
            stub,
            o => (o.Endpoints, o.Retry.BaseBackoff) = (["http://10.0.0.1"], TimeSpan.FromSeconds(2)),
            clock,
            new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        int early = stub.Calls.Count;
        clock.Advance(TimeSpan.FromSeconds(1));
        using HttpResponseMessage response = await sending;

        Assert.Equal((1, 2), (early, stub.Calls.Count));
    }

    [Fact]
    public async Task The_delay_before_a_retry_is_drawn_from_the_backoff()
    {
        var clock = new FakeTimeProvider();
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, o => o.Retry.BaseBackoff = TimeSpan.FromSeconds(4), clock, new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(1.999));
        bool early = stub.Calls.Count > 1;
        clock.Advance(TimeSpan.FromSeconds(0.001));
        using HttpResponseMessage response = await sending;

        Assert.False(early);
    }

    [Fact]
    public async Task The_upper_bound_of_the_backoff_doubles_up_to_its_maximum()
    {
        var clock = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(
            stub,
            o => (o.Retry.MaxRetries, o.Retry.BaseBackoff, o.Retry.MaxBackoff) = (3, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)),
            clock,
            new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(1));
        await stub.WaitForCallAsync(2);
        clock.Advance(TimeSpan.FromSeconds(2));
        await stub.WaitForCallAsync(3);
        clock.Advance(TimeSpan.FromSeconds(3));

        using HttpResponseMessage response = await sending;
        Assert.Equal(4, stub.Calls.Count);
    }

    [Fact]
    public async Task Cancellation_during_the_delay_ends_the_call()
    {
        using var caller = new CancellationTokenSource();
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(stub, time: new FakeTimeProvider(), random: new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal((1, 0), (stub.Calls.Count, client.InFlight));
    }

    [Fact]
    public async Task Cancellation_just_before_a_retry_leaves_no_undisposed_response()
    {
        using var caller = new CancellationTokenSource();
        var abandoned = new WatchedContent();
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            caller.Cancel();
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = abandoned };
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(cancellationToken: caller.Token));

        Assert.True(abandoned.IsDisposed);
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task At_most_MaxConcurrentRetries_calls_retry_concurrently_and_the_response_has_the_reason()
    {
        const int Most = 10;
        var stub = new StubHandler(call => call.Number % 2 == 1 || call.Number > 2 * Most
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable))
            : StubHandler.Hang(call));
        await using var client = new BalancedClient(
            stub,
            static o => (o.OutlierDetection.ConsecutiveErrors, o.ConnectionPool.MaxConcurrentRetries, o.RetryBudget.Enabled) = (0, Most, false));
        using var caller = new CancellationTokenSource();
        Task[] held = [.. Enumerable.Range(0, Most).Select(_ => client.GetAsync(cancellationToken: caller.Token))];

        using HttpResponseMessage oneTooMany = await client.GetAsync(cancellationToken: Cancelled);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(held));
        using HttpResponseMessage afterwards = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((2 * Most) + 1 + 3, stub.Calls.Count);
        Assert.Equal(RetrySuppression.MaxConcurrentRetries, oneTooMany.GetUpstream()!.RetrySuppression);
        Assert.Equal(RetrySuppression.None, afterwards.GetUpstream()!.RetrySuppression);
    }

    [Fact]
    public async Task With_MaxConcurrentRetries_zero_nothing_is_retried()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, static o => o.ConnectionPool.MaxConcurrentRetries = 0);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, RetrySuppression.MaxConcurrentRetries),
            (response.StatusCode, response.GetUpstream()!.RetrySuppression));
    }

    [Fact]
    public async Task An_exception_whose_retry_was_suppressed_gives_the_reason_and_keeps_its_type()
    {
        var refused = new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused.", new InvalidOperationException());
        await using var client = new BalancedClient(StubHandler.Script(StubHandler.Throw(refused)), static o => o.ConnectionPool.MaxConcurrentRetries = 0);

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal("Connection refused. It was not retried: ConnectionPool:MaxConcurrentRetries is exhausted (max-retries).", thrown.Message);
        Assert.Equal((refused.HttpRequestError, refused.InnerException), (thrown.HttpRequestError, thrown.InnerException));
    }

    [Fact]
    public async Task A_timeout_whose_retry_was_suppressed_gives_the_reason()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            static o => (o.ConnectionPool.MaxConcurrentRetries, o.Retry.PerTryTimeout) = (0, TimeSpan.FromSeconds(2)),
            clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        await stub.WaitForCallAsync(1);
        clock.Advance(TimeSpan.FromSeconds(2));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("Retry.PerTryTimeout of 2 s", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("It was not retried: ConnectionPool:MaxConcurrentRetries is exhausted (max-retries).", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(thrown.InnerException);
    }

    [Fact]
    public async Task The_budget_allows_retries_for_a_fifth_of_the_requests_in_flight_and_at_least_three()
    {
        // The first twenty hang, so that there are requests in flight; the others fail, and hang in their retry.
        var seen = new ConcurrentDictionary<HttpRequestMessage, bool>();
        await using var client = new BalancedClient(
            new StubHandler(call => call.Number > 20 && seen.TryAdd(call.Request, true)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable))
                : StubHandler.Hang(call)),
            static o => o.OutlierDetection.ConsecutiveErrors = 0);
        using var caller = new CancellationTokenSource();
        Task[] underWay = [.. Enumerable.Range(0, 20).Select(_ => client.GetAsync(cancellationToken: caller.Token))];

        // Retries are in flight too: the fourth finds 23, of which a fifth is more than 4, the fifth finds 24, of which a fifth is less than 5.
        var refused = new List<RetrySuppression>();
        for (int i = 0; i < 10; i++)
        {
            Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: caller.Token);
            if (sending.IsCompleted)
            {
                refused.Add((await sending).GetUpstream()!.RetrySuppression);
            }
        }

        int inRetries = client.InFlight - 20;
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(underWay));
        Assert.All(refused, static reason => Assert.Equal(RetrySuppression.BudgetConcurrency, reason));
        Assert.Equal((10, 4), (inRetries + refused.Count, inRetries));
    }

    [Fact]
    public async Task The_budget_is_shared_by_all_clients_of_the_service_and_lets_a_burst_of_a_hundred_through()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.ServiceUnavailable),
            static o => o.OutlierDetection.ConsecutiveErrors = 0,
            clock);
        using MetricRecorder probe = client.Listen();

        for (int i = 0; i < 1000; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        // A burst of a hundred, and a fifth of a thousand.
        Assert.Equal(["loadbalancing.cluster=catalog loadbalancing.reason=gateway-error 300"], probe.Totals("retries"));
        Assert.All(probe.Totals("retries.suppressed"), static line => Assert.Contains("budget-rate", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_to_a_stopped_server_are_all_retried_whatever_is_left_of_the_budget()
    {
        var stub = new StubHandler(static call => call.Uri.Host == "10.0.0.2"
            ? Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ConnectionError))
            : StubHandler.Hang(call));
        await using var client = new BalancedClient(stub, static o =>
        {
            o.OutlierDetection.ConsecutiveErrors = 0;
            o.RetryBudget = new RetryBudgetOptions { Percent = 0, MinRetriesPerSecond = 0, MinConcurrentRetries = 0 };
        });
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 60).Select(_ => client.GetAsync(cancellationToken: caller.Token))];

        // All of them, including the retries, hang at one of the two other servers.
        Assert.Equal(60, client.InFlight);
        Assert.InRange(client.Failed, 20, 60);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(calls));
    }

    [Fact]
    public async Task Without_a_budget_only_MaxRetries_limits_retries()
    {
        var stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable);
        await using var client = new BalancedClient(
            stub,
            static o => (o.OutlierDetection.ConsecutiveErrors, o.RetryBudget.Enabled) = (0, false),
            new FakeTimeProvider());

        for (int i = 0; i < 200; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Equal(600, stub.Calls.Count);
    }

    [Theory]
    [InlineData(503, "gateway-error")]
    [InlineData(500, "5xx")]
    public async Task A_retry_is_counted_with_the_failure_of_the_previous_attempt(int status, string reason)
    {
        await using var client = new BalancedClient(
            StubHandler.Script((HttpStatusCode)status, HttpStatusCode.OK),
            o => o.Retry.RetryOn = [RetryConditions.ServerError]);
        using MetricCollector<long> retries = client.Counter("retries");

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(reason, Assert.Single(retries.GetMeasurementSnapshot()).Tags["loadbalancing.reason"]);
    }

    private static RequestDelegate Echo(int status) => async context =>
    {
        context.Response.StatusCode = status;
        await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
    };

    private static RawServer ResettingInHeaders() => new(async connection =>
    {
        await connection.ReadHeadersAsync();
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-");
        connection.Reset();
    });

    private static HttpRequestMessage Http2Post() => new(HttpMethod.Post, "/items")
    {
        Content = new StringContent("body"),
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private sealed class WatchedContent() : ByteArrayContent([1])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
