using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Http.Attempts;

/// <summary>The outcome that an attempt reports for its endpoint.</summary>
public sealed class AttemptSenderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_by_the_caller_does_not_count_against_the_endpoint(bool sync)
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub, EjectAtOnce);
        using MetricCollector<long> abandoned = client.Counter("attempts.abandoned");

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        AssertNothingHeldAgainst(client);
        Assert.Single(abandoned.GetMeasurementSnapshot());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_timeout_of_HttpClient_does_not_count_against_the_endpoint(bool sync)
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), EjectAtOnce, http: http => http.Timeout = TimeSpan.FromMilliseconds(20));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync(sync, cancellationToken: Cancelled));

        Assert.Contains("HttpClient.Timeout", thrown.Message, StringComparison.Ordinal);
        AssertNothingHeldAgainst(client);
    }

    [Fact]
    public async Task Cancelling_all_pending_requests_does_not_count_against_the_endpoint()
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), EjectAtOnce);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        client.Http.CancelPendingRequests();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        AssertNothingHeldAgainst(client);
    }

    [Fact]
    public async Task Cancellation_before_the_call_does_not_count_against_the_endpoint()
    {
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang), EjectAtOnce);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Invoker.SendAsync(Get(), new CancellationToken(canceled: true)));

        AssertNothingHeldAgainst(client);
    }

    [Fact]
    public async Task The_cancellation_of_a_caller_without_HttpClient_has_the_callers_token()
    {
        using var caller = new CancellationTokenSource();
        await using var client = new BalancedClient(new StubHandler(StubHandler.Hang));

        Task<HttpResponseMessage> sending = client.Invoker.SendAsync(Get(), caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task An_exception_of_user_code_does_not_count_against_the_endpoint_and_propagates_unchanged()
    {
        var own = new InvalidOperationException("a handler below");
        await using var client = new BalancedClient(new StubHandler(StubHandler.Throw(own)), EjectAtOnce);

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Same(own, thrown);
        AssertNothingHeldAgainst(client);
    }

    [Fact]
    public async Task A_primary_handler_that_cannot_send_synchronously_throws_its_own_exception()
    {
        await using var client = new BalancedClient(new AsyncOnlyHandler(), EjectAtOnce);

        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetAsync(sync: true, cancellationToken: Cancelled));

        AssertNothingHeldAgainst(client);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connect_timeout_of_the_primary_handler_is_a_connect_failure_and_even_a_POST_is_retried(bool sync)
    {
        // The shape of SocketsHttpHandler's exception.
        var stub = StubHandler.Script(
            StubHandler.Throw(new TaskCanceledException("no connection", new TimeoutException())),
            StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, EjectAtOnce);

        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/items"), sync, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1 failure: Connect", client.Endpoints[1].HealthReason);
    }

    [Fact]
    public async Task A_connect_timeout_of_SocketsHttpHandler_has_the_expected_shape()
    {
        var primary = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(10),
            ConnectCallback = static async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return Stream.Null;
            },
        };
        await using var client = new BalancedClient(primary, o => (o.Retry.MaxRetries, o.OutlierDetection.ConsecutiveErrors) = (0, 1));

        await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal("1 failure: Connect", client.Endpoints[1].HealthReason);
    }

    [Fact]
    public async Task Failures_of_single_attempts_are_logged_at_debug_at_most()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Contains(client.Logs.GetSnapshot(), log => log.Id.Id == LogEvents.AttemptFailed);
        Assert.DoesNotContain(client.Logs.GetSnapshot(), log => log.Level > LogLevel.Debug
            && log.Category?.StartsWith("System.Net.Http", StringComparison.Ordinal) == false
            && log.Id.Id != LogEvents.EndpointsChanged);
    }

    private static void EjectAtOnce(LoadBalancingOptions options) => options.OutlierDetection.ConsecutiveErrors = 1;

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "http://catalog/items");

    private static void AssertNothingHeldAgainst(BalancedClient client)
    {
        Assert.All(client.Endpoints, endpoint => Assert.Equal((EndpointHealth.Available, 0L), (endpoint.Health, endpoint.FailureCount)));
        Assert.Equal(0, client.InFlight);
    }

    private sealed class AsyncOnlyHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
    }
}
