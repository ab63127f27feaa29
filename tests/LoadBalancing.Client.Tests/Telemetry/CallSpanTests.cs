using System.Diagnostics;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>The traces of balanced calls, and their absence without a listener.</summary>
[Collection(RunsAlone.Name)]
public sealed class CallSpanTests
{
    private const string CatalogGet = "http.request.method=GET";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_one_internal_span_with_an_event_for_its_attempt(bool sync)
    {
        await using var client = new BalancedClient(new StubHandler());
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal(("balance catalog", ActivityKind.Internal, ActivityStatusCode.Unset), (call.DisplayName, call.Kind, call.Status));
        Assert.Equal(
            $"{CatalogGet} http.response.status_code=200 loadbalancing.cluster=catalog server.address=catalog",
            SpanRecorder.FormatTags(call.TagObjects));
        Assert.Equal(
            ["loadbalancing.attempt loadbalancing.attempt.number=1 loadbalancing.outcome=success server.address=10.0.0.2 server.port=80"],
            Events(call));
        Assert.Equal(probe.Root.SpanId, call.ParentSpanId);
    }

    [Fact]
    public async Task A_timeout_of_a_request_that_waits_for_a_connection_is_called_queue()
    {
        var clock = new FakeTimeProvider();
        var hold = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("o");
            await hold.Task;
        });
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.Retry.MaxRetries) = ([server.Address], 0),
            time: clock,
            builder: static builder => builder.UseSocketsHttpHandler(static (handler, _) => handler.MaxConnectionsPerServer = 1));
        using var probe = new SpanRecorder();
        using HttpResponseMessage busy = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);

        Task late = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TaskCanceledException>(() => late);

        Assert.Contains("loadbalancing.outcome=queue", Assert.Single(Events(probe.Calls[^1])), StringComparison.Ordinal);
        hold.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retries_are_events_in_order_and_counted_as_resends(bool sync)
    {
        var stub = StubHandler.Script(
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError)),
            StubHandler.Status(HttpStatusCode.BadGateway),
            StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub);
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal(
            [
                "loadbalancing.attempt loadbalancing.attempt.number=1 loadbalancing.outcome=connect server.address=10.0.0.2 server.port=80",
                "loadbalancing.attempt loadbalancing.attempt.number=2 loadbalancing.outcome=gateway server.address=10.0.0.3 server.port=80",
                "loadbalancing.attempt loadbalancing.attempt.number=3 loadbalancing.outcome=success server.address=10.0.0.1 server.port=80",
            ],
            Events(call));
        Assert.Equal((2, ActivityStatusCode.Unset), (call.GetTagItem("http.request.resend_count"), call.Status));
    }

    [Fact]
    public async Task An_ejection_event_follows_only_the_attempt_that_caused_it()
    {
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.InternalServerError),
            static o => (o.Endpoints, o.OutlierDetection.ConsecutiveErrors) = (["http://10.0.0.1", "http://10.0.0.2"], 2));
        using var probe = new SpanRecorder();

        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        // The second failure of the second endpoint would exceed MaxEjectionPercent.
        Assert.Equal([false, false, true, false], probe.Calls.Select(static call => call.Events.Any(static e => e.Name == "loadbalancing.ejection")));
        Assert.Equal("loadbalancing.ejection server.address=10.0.0.2 server.port=80", Events(probe.Calls[2])[^1]);
    }

    [Theory]
    [InlineData(404, ActivityStatusCode.Error, "404")]
    [InlineData(503, ActivityStatusCode.Error, "503")]
    [InlineData(302, ActivityStatusCode.Unset, null)]
    public async Task A_response_from_400_is_an_error_of_the_call(int status, ActivityStatusCode expected, string? errorType)
    {
        await using var client = new BalancedClient(StubHandler.Script((HttpStatusCode)status), static o => o.Retry.MaxRetries = 0);
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal((expected, errorType, status), (call.Status, call.GetTagItem("error.type"), call.GetTagItem("http.response.status_code")));
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, "connection_error")]
    [InlineData(HttpRequestError.NameResolutionError, "name_resolution_error")]
    [InlineData(HttpRequestError.Unknown, "System.Net.Http.HttpRequestException")]
    public async Task A_call_without_a_response_has_the_platforms_error_type_and_no_message(HttpRequestError error, string errorType)
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Throw(new HttpRequestException(error, "a message"))));
        using var probe = new SpanRecorder();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(cancellationToken: Cancelled));

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal((ActivityStatusCode.Error, null, errorType), (call.Status, call.StatusDescription, call.GetTagItem("error.type")));
    }

    [Fact]
    public async Task A_call_that_timed_out_has_the_error_type_timeout()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), static o => o.Timeout = TimeSpan.FromSeconds(1), clock);
        using var probe = new SpanRecorder();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TaskCanceledException>(() => sending);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal("timeout", call.GetTagItem("error.type"));
        Assert.EndsWith("loadbalancing.outcome=timeout server.address=10.0.0.2 server.port=80", Assert.Single(Events(call)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_cancelled_by_the_caller_has_the_cancellation_as_error_type()
    {
        using var caller = new CancellationTokenSource();
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang));
        using var probe = new SpanRecorder();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal("System.Threading.Tasks.TaskCanceledException", call.GetTagItem("error.type"));
        Assert.Contains("loadbalancing.outcome=neutral", Assert.Single(Events(call)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_without_an_endpoint_has_no_attempt_and_the_exception_as_error_type()
    {
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.InternalServerError),
            static o =>
            {
                o.Endpoints = ["http://10.0.0.1"];
                o.OutlierDetection.ConsecutiveErrors = 1;
                o.OutlierDetection.MaxEjectionPercent = 100;
                o.Panic.ThresholdPercent = 0;
            });
        using HttpResponseMessage ejecting = await client.GetAsync(cancellationToken: Cancelled);
        using var probe = new SpanRecorder();

        await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(cancellationToken: Cancelled));

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal((0, "LoadBalancing.Client.NoEndpointAvailableException"), (call.Events.Count(), call.GetTagItem("error.type")));
    }

    [Theory]
    [InlineData("get", "GET")]
    [InlineData("PROPFIND", "_OTHER")]
    public async Task The_method_is_one_of_a_bounded_set(string method, string expected)
    {
        await using var client = new BalancedClient(new StubHandler());
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"), cancellationToken: Cancelled);

        Assert.Equal(expected, Assert.Single(probe.Calls).GetTagItem("http.request.method"));
    }

    [Theory]
    [InlineData(FaultScope.Request, 0)]
    [InlineData(FaultScope.Attempt, 1)]
    public async Task An_injected_response_is_in_the_span_and_an_attempt_only_if_an_endpoint_was_picked(FaultScope scope, int attempts)
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            o => o.Fault = new FaultOptions { Scope = scope, Abort = new FaultAbortOptions { Status = 418, Percent = 100 } });
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal((418, attempts), (call.GetTagItem("http.response.status_code"), call.Events.Count()));
    }

    [Fact]
    public async Task An_injected_request_delay_does_not_count_towards_the_timeout_with_a_listener()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(
            new StubHandler(),
            o => (o.Timeout, o.Fault) = (
                TimeSpan.FromSeconds(2),
                new FaultOptions { Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromSeconds(5), Percent = 100 } }),
            clock);
        using var probe = new SpanRecorder();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(5));

        using HttpResponseMessage response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Each_hop_of_a_redirect_has_a_span_unless_it_is_passed_through()
    {
        var stub = StubHandler.Script(Redirect("/b"), Redirect("http://other/c"), StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, static o => o.FollowRedirects = true);
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal([302, 302], probe.Calls.Select(static call => call.GetTagItem("http.response.status_code")));
        Assert.All(probe.Calls, call => Assert.Equal(probe.Root.SpanId, call.ParentSpanId));
    }

    [Fact]
    public async Task A_request_passed_through_has_no_span()
    {
        await using var client = new BalancedClient(new StubHandler());
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.Http.GetAsync("http://other/", Cancelled);

        Assert.Empty(probe.Calls);
    }

    [Fact]
    public async Task Waiting_for_the_first_endpoints_is_part_of_the_span()
    {
        var source = new ManualEndpointSource();
        await using var client = new BalancedClient(new StubHandler(), static o => o.Endpoints = [], builder: builder => builder.AddEndpointSource(source));
        using var probe = new SpanRecorder();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        Assert.Empty(probe.Calls);
        source.Push("http://10.0.0.9");

        using HttpResponseMessage response = await sending;
        Assert.Contains("server.address=10.0.0.9", Assert.Single(Events(Assert.Single(probe.Calls))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_primary_handlers_spans_are_children_of_the_call_and_propagated_by_each_attempt()
    {
        var received = new List<string>();
        await using LoopbackServer one = await LoopbackServer.StartAsync(Respond(200, received));
        await using LoopbackServer two = await LoopbackServer.StartAsync(Respond(503, received));
        await using var client = new BalancedClient(options: o => o.Endpoints = [one.Address, two.Address]);
        using var probe = new SpanRecorder(sources: SpanRecorder.SystemNetHttp);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Activity call = Assert.Single(probe.Calls);
        Assert.Equal(2, probe.Attempts.Count);
        Assert.All(probe.Attempts, attempt => Assert.Equal(call.SpanId, attempt.ParentSpanId));
        Assert.Equal(probe.Attempts.Select(static attempt => attempt.Id), received);
        Assert.Same(probe.Root, Activity.Current);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_span_is_current_inside_a_call_and_the_callers_is_restored_afterwards(bool sync)
    {
        Activity? inside = null;
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            inside = Activity.Current;
            return new HttpResponseMessage(HttpStatusCode.OK);
        }));
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Assert.Same(Assert.Single(probe.Calls), inside);
        Assert.Same(probe.Root, Activity.Current);
    }

    [Fact]
    public async Task Samplers_see_the_tags_known_at_the_start()
    {
        await using var client = new BalancedClient(new StubHandler());
        using var probe = new SpanRecorder();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal($"{CatalogGet} loadbalancing.cluster=catalog server.address=catalog", SpanRecorder.FormatTags(probe.SampledTags));
    }

    [Fact]
    public async Task A_call_that_is_not_sampled_succeeds_without_a_span()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.BadGateway, HttpStatusCode.OK));
        using var probe = new SpanRecorder(ActivitySamplingResult.None);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Empty(probe.Calls);
        Assert.Equal(2, response.GetUpstream()!.AttemptCount);
    }

    [Fact]
    public async Task A_span_for_propagation_only_has_no_events()
    {
        await using var client = new BalancedClient(new StubHandler());
        using var probe = new SpanRecorder(ActivitySamplingResult.PropagationData);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Empty(Assert.Single(probe.Calls).Events);
    }

    [Fact]
    public async Task Without_a_listener_there_is_no_span()
    {
        Activity? inside = null;
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            inside = Activity.Current;
            return new HttpResponseMessage(HttpStatusCode.OK);
        }));
        Activity root = new Activity("test").Start();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        root.Stop();

        Assert.Same(root, inside);
        Assert.False(CallSpan.HasListeners);
    }

    private static string[] Events(Activity span) => [.. span.Events.Select(static e => $"{e.Name} {SpanRecorder.FormatTags(e.Tags)}")];

    private static Func<StubCall, Task<HttpResponseMessage>> Redirect(string to) =>
        _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri(to, UriKind.RelativeOrAbsolute) } });

    private static RequestDelegate Respond(int status, List<string> traceParents) => context =>
    {
        traceParents.Add(context.Request.Headers.TraceParent.ToString());
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };
}
