using System.Diagnostics;
using LoadBalancing.Client.Tests.Telemetry;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;

namespace LoadBalancing.Client.Tests.Http.Attempts;

/// <summary>The parent span in the trace headers of requests to servers.</summary>
[Collection(RunsAlone.Name)]
public sealed class TraceParentTests : IAsyncLifetime
{
    private readonly List<string> _received = [];
    private LoopbackServer _good = null!;
    private LoopbackServer _bad = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _good = await LoopbackServer.StartAsync(Answer(200));
        _bad = await LoopbackServer.StartAsync(Answer(503));
    }

    public async ValueTask DisposeAsync()
    {
        await _good.DisposeAsync();
        await _bad.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_attempt_has_its_own_span_even_without_a_listener_for_our_source(bool sync)
    {
        await using BalancedClient client = Client();
        Activity root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);
        root.Stop();

        Assert.Equal(2, _received.Distinct().Count());
        Assert.All(_received, received => Assert.Equal(root.TraceId, ActivityContext.Parse(received, null).TraceId));
    }

    [Fact]
    public async Task Every_redirect_has_its_own_span()
    {
        _good.RequestHandler = context =>
        {
            _received.Add(context.Request.Headers.TraceParent.ToString());
            if (context.Request.Path == "/items")
            {
                context.Response.Redirect("/elsewhere");
            }

            return Task.CompletedTask;
        };
        await using var client = new BalancedClient(options: o => (o.Endpoints, o.FollowRedirects) = ([_good.Address], true));
        using var probe = new SpanRecorder(sources: SpanRecorder.SystemNetHttp);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(probe.Attempts.Select(static attempt => attempt.Id), _received);
        Assert.Equal(probe.Calls.Select(static call => call.SpanId), probe.Attempts.Select(static attempt => attempt.ParentSpanId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_header_set_by_the_caller_is_kept(bool sameTrace)
    {
        await using BalancedClient client = Client();
        using var probe = new SpanRecorder(sources: SpanRecorder.SystemNetHttp);
        string own = sameTrace ? probe.Root.Id! : "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var request = new HttpRequestMessage(HttpMethod.Get, "/items") { Headers = { { "traceparent", own } } };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal([own, own], _received);
    }

    [Fact]
    public async Task A_header_forwarded_from_an_incoming_request_is_kept()
    {
        const string Forwarded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await using BalancedClient client = Client();
        Activity server = new Activity("server").SetParentId(Forwarded).Start();
        Activity inner = new Activity("inner").Start();
        var request = new HttpRequestMessage(HttpMethod.Get, "/items") { Headers = { { "traceparent", Forwarded } } };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
        inner.Stop();
        server.Stop();

        Assert.Equal([Forwarded, Forwarded], _received);
    }

    private BalancedClient Client() => new(options: o => o.Endpoints = [_good.Address, _bad.Address]);

    private RequestDelegate Answer(int status) => context =>
    {
        _received.Add(context.Request.Headers.TraceParent.ToString());
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };
}
