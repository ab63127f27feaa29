using System.Net;
using System.Net.Sockets;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>What a timeout is held against: the endpoint, or the wait for connections and streams that other requests of the client use.</summary>
public sealed class QueueTimeoutTests
{
    private const int Streams = 100;

    private static readonly TimeSpan PerTryTimeout = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly TaskCompletionSource _hold = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HTTP_2_calls_beyond_the_streams_of_one_connection_open_another()
    {
        await using LoopbackServer one = await LoopbackServer.StartAsync(HoldBodyAsync, HttpProtocols.Http2);
        await using LoopbackServer two = await LoopbackServer.StartAsync(HoldBodyAsync, HttpProtocols.Http2);
        await using var client = new BalancedClient(options: options => options.Endpoints = [one.Address, two.Address]);
        await WarmUpAsync(client, 2);

        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 260).Select(_ => SendAsync(client, HttpVersion.Version20)));

        Assert.All(responses, static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal((0L, 0), (client.Failed, client.Endpoints.Count(static endpoint => !endpoint.IsAvailable)));
        Assert.All([one, two], static server => Assert.InRange(server.ConnectionsAccepted, 2, 4));
        Release(responses);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_timeout_while_all_streams_are_in_use_is_called_queue_and_held_against_no_endpoint(string host)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(HoldBodyAsync, HttpProtocols.Http2);
        await using var client = new BalancedClient(
            options: options =>
            {
                // Requests to an address have a transport for each endpoint; those to a name are rewritten.
                options.Endpoints = [$"http://{host}:{server.Port}"];
                options.OutlierDetection.ConsecutiveErrors = 1;
                options.Retry.MaxRetries = 0;
            },
            time: _clock,
            builder: static builder => builder.UseSocketsHttpHandler(static (handler, _) => handler.EnableMultipleHttp2Connections = false));
        using MetricRecorder metrics = client.Listen();
        await WarmUpAsync(client, 1);
        HttpResponseMessage[] busy = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => SendAsync(client, HttpVersion.Version20)));

        Task late = SendAsync(client, HttpVersion.Version20);
        _clock.Advance(PerTryTimeout);
        var thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => late);

        Assert.Equal(
            $"The call to service 'catalog' timed out: its Retry.PerTryTimeout of 10 s has elapsed. The last attempt was on {client.Endpoints[0]}. " +
                "It was not sent: it waited for a connection or a stream that other requests of this client used (queue).",
            thrown.Message);
        Assert.Contains("loadbalancing.cluster=catalog loadbalancing.outcome=queue 1", metrics.Totals("attempts"));
        Assert.Equal((0L, true), (client.Failed, client.Endpoints[0].IsAvailable));
        Assert.Equal(1, server.ConnectionsAccepted);
        Release(busy);
    }

    [Theory]
    [InlineData(true, "queue")]
    [InlineData(false, "timeout")]
    public async Task A_request_without_headers_gives_no_signal_when_it_is_sent_so_that_its_timeout_is_the_endpoints(bool hasHeader, string outcome)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(HoldBodyAsync);
        await using var client = new BalancedClient(
            options: options =>
            {
                options.Endpoints = [server.Address];
                options.Retry.MaxRetries = 0;
            },
            time: _clock,
            builder: static builder => builder.UseSocketsHttpHandler(static (handler, _) => handler.MaxConnectionsPerServer = 1));
        using MetricRecorder metrics = client.Listen();
        HttpResponseMessage busy = await SendAsync(client, HttpVersion.Version11);

        Task late = SendAsync(client, HttpVersion.Version11, hasHeader: hasHeader);
        _clock.Advance(PerTryTimeout);

        await Assert.ThrowsAsync<TaskCanceledException>(() => late);

        Assert.Contains($"loadbalancing.cluster=catalog loadbalancing.outcome={outcome} 1", metrics.Totals("attempts"));
        Release([busy]);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_timeout_while_the_connection_is_not_established_is_the_endpoints(string scheme)
    {
        // A listener that accepts nothing: its kernel completes the first connects and drops the others.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        Socket[] fillers = scheme == "https"
            ? []
            : [.. Enumerable.Range(0, 3).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        foreach (Socket filler in fillers)
        {
            filler.Blocking = false;
            Assert.NotNull(Record.Exception(() => filler.Connect(listener.LocalEndPoint!)) ?? new SocketException());
        }

        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [$"{scheme}://{listener.LocalEndPoint}"];
            (options.Retry.MaxRetries, options.Retry.PerTryTimeout) = (0, TimeSpan.FromSeconds(1));
        });
        using MetricRecorder metrics = client.Listen();

        await Assert.ThrowsAsync<TaskCanceledException>(() => SendAsync(client, HttpVersion.Version11));

        Assert.DoesNotContain("queue", string.Join('\n', metrics.Totals("attempts")), StringComparison.Ordinal);
        Array.ForEach(fillers, static filler => filler.Dispose());
    }

    [Fact]
    public async Task The_wait_for_one_of_MaxConnections_is_no_part_of_the_attempt_and_ends_at_any_endpoint()
    {
        using var mayRespond = new SemaphoreSlim(0);
        await using LoopbackServer one = await LoopbackServer.StartAsync(RespondWhenReleasedAsync);
        await using LoopbackServer two = await LoopbackServer.StartAsync(RespondWhenReleasedAsync);
        await using var client = new BalancedClient(
            options: options =>
            {
                options.Endpoints = [one.Address, two.Address];
                options.ConnectionPool.MaxConnections = 1;
                options.Retry.PerTryTimeout = TimeSpan.FromMilliseconds(700);
            },
            time: _clock);

        // Forty calls of 200 ms on two connections take four seconds.
        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 40).Select(_ => client.GetAsync(cancellationToken: Cancelled))];
        for (int sent = 2; sent <= calls.Length; sent += 2)
        {
            await Eventually.IsTrue(() => one.Requests.Count + two.Requests.Count == sent);
            Assert.Equal(2, client.InFlight);
            _clock.Advance(TimeSpan.FromMilliseconds(200));
            mayRespond.Release(2);
        }

        Assert.All(await Task.WhenAll(calls), static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal((0L, 1, 1), (client.Failed, one.ConnectionsAccepted, two.ConnectionsAccepted));
        Assert.All(client.Endpoints, static endpoint => Assert.True(endpoint.IsAvailable));

        async Task RespondWhenReleasedAsync(HttpContext context)
        {
            await mayRespond.WaitAsync(Cancelled);
            await context.Response.WriteAsync("ok");
        }
    }

    [Fact]
    public async Task MaxConnections_does_not_limit_requests_that_share_connections()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(HoldBodyAsync, HttpProtocols.Http2);
        await using var client = new BalancedClient(
            options: options => (options.Endpoints, options.ConnectionPool.MaxConnections) = ([server.Address], 1));

        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SendAsync(client, HttpVersion.Version20)));

        Assert.Equal(5, client.InFlight);
        Release(responses);
    }

    [Fact]
    public async Task A_wait_for_one_of_MaxConnections_that_takes_the_whole_timeout_names_it()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(HoldBodyAsync);
        await using var client = new BalancedClient(
            options: options =>
            {
                options.Endpoints = [server.Address];
                (options.ConnectionPool.MaxConnections, options.ConnectionPool.PendingTimeout) = (1, TimeSpan.FromSeconds(2));
            },
            time: _clock);
        HttpResponseMessage busy = await SendAsync(client, HttpVersion.Version11);

        Task late = SendAsync(client, HttpVersion.Version11);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var thrown = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => late);

        Assert.Equal(
            "The call to service 'catalog' was refused: every available endpoint is at its concurrency limit (ConnectionPool:MaxConnections is 1), " +
                "and its ConnectionPool:PendingTimeout of 2 s has elapsed before a permit was available.",
            thrown.Message);
        Release([busy]);
    }

    [Fact]
    public async Task A_header_encoding_of_the_application_is_kept_and_so_is_the_version_of_the_request()
    {
        string? received = null;
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            received = context.Request.Headers["X-Name"];
            return Task.CompletedTask;
        });
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [server.Address],
            builder: static builder => builder.UseSocketsHttpHandler(
                static (handler, _) => handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8));
        var request = new HttpRequestMessage(HttpMethod.Get, "/items") { Headers = { { "X-Name", "Bücher" } } };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal(("Bücher", HttpVersion.Version11), (received, request.Version));
        Assert.Same(HttpVersion.Version11, request.Version);
    }

    private static async Task WarmUpAsync(BalancedClient client, int endpoints)
    {
        for (int i = 0; i < endpoints; i++)
        {
            using HttpResponseMessage response = await SendAsync(client, HttpVersion.Version20, "/warm-up");
        }
    }

    private static Task<HttpResponseMessage> SendAsync(BalancedClient client, Version version, string path = "/items", bool hasHeader = true)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (hasHeader)
        {
            request.Headers.Add("X-Test", "1");
        }

        return client.SendAsync(request, completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
    }

    private async Task HoldBodyAsync(HttpContext context)
    {
        await context.Response.StartAsync();
        if (context.Request.Path != "/warm-up")
        {
            await context.Response.WriteAsync("o");
            await _hold.Task;
        }
    }

    private void Release(HttpResponseMessage[] responses)
    {
        _hold.SetResult();
        Array.ForEach(responses, static response => response.Dispose());
    }
}
