using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Attempts;

public sealed class PermitWaitTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_free_permit_and_without_a_queue_a_call_is_refused_immediately(bool sync)
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, Limits(1, 0));
        Task first = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);

        LoadBalancerOverflowException refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => client.GetAsync(
            sync,
            cancellationToken: Cancelled));

        Assert.Equal(
            "The call to service 'catalog' was refused: 1 are in flight (ConnectionPool:MaxRequests), and queueing is disabled " +
                "(ConnectionPool:MaxPendingRequests is 0).",
            refused.Message);
        Assert.Equal(("catalog", 1, 0L), (refused.ServiceName, stub.Calls.Count, client.Failed));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_waiting_call_is_sent_when_a_permit_is_released(bool sync)
    {
        var first = new TaskCompletionSource<HttpResponseMessage>();
        var stub = StubHandler.Script(_ => first.Task, StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, Limits(1));
        Task<HttpResponseMessage> holding = client.GetAsync(cancellationToken: Cancelled);
        await stub.WaitForCallAsync(1);

        Task<HttpResponseMessage> waiting = client.GetAsync(sync, cancellationToken: Cancelled);
        await Eventually.IsTrue(() => Waiting(client) == 1);
        Assert.Single(stub.Calls);
        first.SetResult(new HttpResponseMessage(HttpStatusCode.OK));

        using HttpResponseMessage one = await holding;
        using HttpResponseMessage two = await waiting;
        Assert.Equal((2, 0), (stub.Calls.Count, Taken(client)));
    }

    [Fact]
    public async Task A_permit_is_held_until_the_body_is_read()
    {
        var body = new MemoryStream(Encoding.ASCII.GetBytes("body"));
        await using var client = new BalancedClient(
            StubHandler.Script(_ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) }), StubHandler.Status(HttpStatusCode.OK)),
            Limits(1));

        using HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);
        Task<HttpResponseMessage> second = client.GetAsync(cancellationToken: Cancelled);
        Assert.Equal((1, 1), (Taken(client), Waiting(client)));
        await response.Content.ReadAsByteArrayAsync(Cancelled);

        using HttpResponseMessage afterwards = await second;
        Assert.Equal(0, Taken(client));
    }

    [Fact]
    public async Task A_wait_longer_than_PendingTimeout_is_refused_with_that_reason()
    {
        using var caller = new CancellationTokenSource();
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.ConnectionPool.MaxRequests, o.ConnectionPool.PendingTimeout) = (1, TimeSpan.FromSeconds(2)),
            clock);
        Task first = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);

        Task<HttpResponseMessage> waiting = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(1.999));
        bool early = waiting.IsCompleted;
        clock.Advance(TimeSpan.FromSeconds(0.001));

        LoadBalancerOverflowException refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => waiting);
        Assert.False(early);
        Assert.Equal(
            "The call to service 'catalog' was refused: 1 are in flight (ConnectionPool:MaxRequests), and its ConnectionPool:PendingTimeout of 2 s has " +
                "elapsed before a permit was available.",
            refused.Message);
        Assert.IsType<TimeoutException>(refused.InnerException);
        Assert.Equal((0, 1), (Waiting(client), stub.Calls.Count));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task Without_a_PendingTimeout_a_wait_lasts_until_the_timeout_of_the_call()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.ConnectionPool.MaxRequests, o.Timeout, o.Retry.MaxRetries) = (1, TimeSpan.FromSeconds(5), 0),
            clock);
        using var caller = new CancellationTokenSource();
        Task first = client.Invoker.SendAsync(Get(), caller.Token);
        await stub.WaitForCallAsync(1);
        clock.Advance(TimeSpan.FromSeconds(1));

        Task<HttpResponseMessage> waiting = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(4));

        // The first call times out and its permit passes on; the second has one of its five seconds left.
        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
        await stub.WaitForCallAsync(2);
        clock.Advance(TimeSpan.FromSeconds(1));
        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => waiting);
        Assert.Contains("Timeout of 5 s", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_timeout_of_an_attempt_starts_when_its_wait_ends()
    {
        var clock = new FakeTimeProvider();
        var first = new TaskCompletionSource<HttpResponseMessage>();
        var stub = StubHandler.Script(_ => first.Task, StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.ConnectionPool.MaxRequests, o.Retry.PerTryTimeout, o.Retry.MaxRetries) = (1, TimeSpan.FromSeconds(10), 0),
            clock);
        Task<HttpResponseMessage> holding = client.GetAsync(cancellationToken: Cancelled);
        await stub.WaitForCallAsync(1);
        Task<HttpResponseMessage> waiting = client.GetAsync(cancellationToken: Cancelled);

        clock.Advance(TimeSpan.FromSeconds(9));
        first.SetResult(new HttpResponseMessage(HttpStatusCode.OK));
        using HttpResponseMessage response = await holding;
        await stub.WaitForCallAsync(2);
        clock.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.001));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => waiting);
        Assert.Contains("Retry.PerTryTimeout of 10 s", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_cancels_the_wait_gets_its_own_cancellation_and_leaves_no_trace()
    {
        using var holder = new CancellationTokenSource();
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, Limits(1));
        Task first = client.GetAsync(cancellationToken: holder.Token);
        await stub.WaitForCallAsync(1);

        Task<HttpResponseMessage> waiting = client.Invoker.SendAsync(Get(), caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        await holder.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal((0, 0, 0), (Taken(client), Waiting(client), client.InFlight));
    }

    [Fact]
    public async Task A_refused_call_is_not_retried_and_a_retry_needs_a_permit_too()
    {
        // The retry of the first call starts when the second call holds the permit.
        var clock = new FakeTimeProvider();
        using var caller = new CancellationTokenSource();
        var stub = StubHandler.Script(StubHandler.Status(HttpStatusCode.ServiceUnavailable), StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            o => (o.ConnectionPool.MaxRequests, o.ConnectionPool.MaxPendingRequests) = (1, 0),
            clock,
            new ConstantRandom(0.5));

        Task<HttpResponseMessage> first = client.GetAsync(cancellationToken: Cancelled);
        Task second = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(2);
        clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => first);
        Assert.Equal(2, stub.Calls.Count);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(0, Taken(client));
    }

    [Fact]
    public async Task Without_an_endpoint_to_pick_the_permit_is_released()
    {
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.InternalServerError),
            static o => (
                o.ConnectionPool.MaxRequests,
                o.OutlierDetection.ConsecutiveErrors,
                o.OutlierDetection.MaxEjectionPercent,
                o.Panic.ThresholdPercent,
                o.Endpoints) = (1, 1, 100, 0, ["http://10.0.0.1"]));
        using HttpResponseMessage ejecting = await client.GetAsync(cancellationToken: Cancelled);

        await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(sync: true, cancellationToken: Cancelled));

        Assert.Equal(0, Taken(client));
    }

    [Fact]
    public async Task Leaked_responses_release_their_permits()
    {
        await using var client = new BalancedClient(
            new StubHandler(static _ => new HttpResponseMessage { Content = new StreamContent(new MemoryStream([1])) }),
            Limits(1000));

        for (int i = 0; i < 1000; i++)
        {
            await DropAsync(client);
        }

        // Guards are pooled: the guard of a leaked response may be collected only after further responses. Here no reference to any of them is left.
        await Eventually.IsTrueAfterCollection(() => Taken(client) == 0 && client.InFlight == 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(BalancedClient client) =>
        await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled);

    private static Action<LoadBalancingOptions> Limits(int requests, int? pending = null) =>
        o => (o.ConnectionPool.MaxRequests, o.ConnectionPool.MaxPendingRequests) = (requests, pending);

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "http://catalog/items");

    private static int Taken(BalancedClient client) => client.Balancer.Permits.PermitsInUse;

    private static int Waiting(BalancedClient client) => client.Balancer.Permits.QueuedCount;
}
