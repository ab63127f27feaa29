using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Attempts;

public sealed class FirstSetWaitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualEndpointSource _source = new("registry");
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_wait_for_the_first_endpoints_and_are_then_sent(bool sync)
    {
        var stub = new StubHandler();
        await using BalancedClient client = Waiting(stub);

        Task<HttpResponseMessage>[] sending = [.. Enumerable.Range(0, 4).Select(_ => client.GetAsync(sync, cancellationToken: Cancelled))];
        bool early = sending.Any(call => call.IsCompleted);
        _source.Push("http://10.0.0.1");
        await Task.WhenAll(sending);

        Assert.False(early);
        Assert.Equal(Enumerable.Repeat("10.0.0.1", 4), stub.Authorities);
    }

    [Fact]
    public async Task The_wait_lasts_until_the_timeout_of_the_call_and_the_error_names_the_source()
    {
        await using BalancedClient client = Waiting(new StubHandler(), o => o.Timeout = 3 * Second);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(3 * Second);

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => sending);
        Assert.Equal("Service 'catalog' has no endpoints yet: waiting for source 'registry'. The call's Timeout of 3 s has elapsed.", thrown.Message);
        Assert.IsType<TimeoutException>(thrown.InnerException);
    }

    [Fact]
    public async Task The_error_after_the_wait_names_what_was_refused_and_why()
    {
        await using BalancedClient client = Waiting(new StubHandler(), o => o.Timeout = 3 * Second);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _source.Push(new EndpointDescription("http://10.0.0.1"), new EndpointDescription("http://10.0.0.2") { Weight = 0 });
        _clock.Advance(3 * Second);

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => sending);
        Assert.Equal(
            "Service 'catalog' has no endpoints yet: source 'registry' sent an update that was refused: endpoints:1:Weight: 0 is not allowed; "
            + "a weight is a finite number above 0. The call's Timeout of 3 s has elapsed.",
            thrown.Message);
    }

    [Fact]
    public async Task The_error_after_the_wait_names_the_cluster()
    {
        await using BalancedClient client = Waiting(new StubHandler(), o => o.Timeout = Second);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(Second);

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => sending);
        Assert.Equal("catalog", thrown.ServiceName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_synchronous_caller_gets_the_same_error_on_the_system_clock(bool sync)
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            o => (o.Endpoints, o.Timeout) = ([], TimeSpan.FromMilliseconds(20)),
            builder: builder => builder.AddEndpointSource(_source));

        await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(sync, cancellationToken: Cancelled));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_by_the_caller_ends_the_wait(bool sync)
    {
        using var caller = new CancellationTokenSource();
        await using BalancedClient client = Waiting(new StubHandler());

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task The_cancellation_of_a_caller_without_HttpClient_has_the_callers_token()
    {
        using var caller = new CancellationTokenSource();
        await using BalancedClient client = Waiting(new StubHandler());

        Task<HttpResponseMessage> sending = client.Invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/"), caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task The_timeout_of_the_first_attempt_starts_after_the_wait()
    {
        var stub = StubHandler.Script(StubHandler.Hang, StubHandler.Status(HttpStatusCode.OK));
        await using BalancedClient client = Waiting(stub, o => (o.Timeout, o.Retry.PerTryTimeout) = (10 * Second, 4 * Second));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(3 * Second);
        _source.Push("http://10.0.0.1", "http://10.0.0.2");
        await stub.WaitForCallAsync(1);
        _clock.Advance(3 * Second);
        int early = stub.Calls.Count;
        _clock.Advance(Second);
        using HttpResponseMessage response = await sending;

        Assert.Equal((1, 2), (early, stub.Calls.Count));
    }

    [Fact]
    public async Task The_wait_counts_towards_the_timeout_of_the_call()
    {
        var stub = new StubHandler(StubHandler.Hang);
        await using BalancedClient client = Waiting(stub, o => o.Timeout = 5 * Second);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(3 * Second);
        _source.Push("http://10.0.0.1");
        await stub.WaitForCallAsync(1);
        _clock.Advance(2 * Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("its Timeout of 5 s has elapsed", thrown.Message, StringComparison.Ordinal);
    }

    private BalancedClient Waiting(StubHandler stub, Action<LoadBalancingOptions>? options = null) => new(
        stub,
        o =>
        {
            o.Endpoints = [];
            options?.Invoke(o);
        },
        _clock,
        builder: builder => builder.AddEndpointSource(_source));
}
