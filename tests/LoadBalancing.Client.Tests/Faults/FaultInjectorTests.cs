using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Faults;

public sealed class FaultInjectorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultScope.Request, false)]
    [InlineData(FaultScope.Request, true)]
    [InlineData(FaultScope.Attempt, false)]
    [InlineData(FaultScope.Attempt, true)]
    public async Task A_delay_comes_before_the_request_is_sent(FaultScope scope, bool sync)
    {
        var clock = new FakeTimeProvider();
        DateTimeOffset start = clock.GetUtcNow();
        DateTimeOffset sent = start;
        await using var client = new BalancedClient(
            new StubHandler(_ =>
            {
                sent = clock.GetUtcNow();
                return new HttpResponseMessage(HttpStatusCode.OK);
            }),
            o => o.Fault = Delay(5 * Second, scope),
            clock);

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: Cancelled);
        await Eventually.IsTrue(() =>
        {
            clock.Advance(Second);
            return sending.IsCompleted;
        });
        using HttpResponseMessage response = await sending;

        Assert.InRange(sent - start, 5 * Second, TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(FaultScope.Request, false)]
    [InlineData(FaultScope.Request, true)]
    [InlineData(FaultScope.Attempt, false)]
    [InlineData(FaultScope.Attempt, true)]
    public async Task Cancellation_by_the_caller_ends_a_delay(FaultScope scope, bool sync)
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => o.Fault = Delay(5 * Second, scope), new FakeTimeProvider());

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal((0, 0, 0L), (stub.Calls.Count, client.InFlight, client.Failed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_aborted_request_is_not_sent_and_not_seen_by_retries_and_ejection(bool sync)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => (o.Fault, o.OutlierDetection.ConsecutiveErrors) = (Abort(503, FaultScope.Request), 1));
        using MetricCollector<long> retries = client.Counter("retries");

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal((0, 0, 0L), (stub.Calls.Count, retries.GetMeasurementSnapshot().Count, client.Failed));
        Assert.All(client.Endpoints, endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
    }

    [Fact]
    public async Task The_response_to_an_aborted_request_has_its_origin_request_and_version()
    {
        await using var client = new BalancedClient(new StubHandler(), o => o.Fault = Abort(418, FaultScope.Request));
        var request = new HttpRequestMessage(HttpMethod.Post, "/items");

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal("Fault injected on purpose by LoadBalancing.Client.", await response.Content.ReadAsStringAsync(Cancelled));
        Assert.Same(request, response.RequestMessage);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_aborted_attempt_is_retried_elsewhere_and_counts_against_its_endpoint(bool sync)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => (o.Fault, o.OutlierDetection.ConsecutiveErrors) = (Abort(503, FaultScope.Attempt), 1));
        using MetricCollector<long> retries = client.Counter("retries");

        using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal((0, 2, 3L, 0), (stub.Calls.Count, retries.GetMeasurementSnapshot().Count, client.Failed, client.InFlight));
        Assert.Equal(EndpointHealth.Ejected, client.Endpoints[1].Health);
    }

    [Fact]
    public async Task A_request_delay_does_not_count_towards_the_timeout_of_the_call()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(new StubHandler(), o => (o.Timeout, o.Fault) = (Second, Delay(5 * Second, FaultScope.Request)), clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(5 * Second);
        using HttpResponseMessage response = await sending;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_attempt_delay_counts_towards_the_timeout_of_the_attempt()
    {
        var clock = new FakeTimeProvider();
        await using var client = new BalancedClient(
            new StubHandler(),
            o => (o.Retry.PerTryTimeout, o.Retry.MaxRetries, o.Fault) = (Second, 0, Delay(5 * Second, FaultScope.Attempt)),
            clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(Second);

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => sending);
        Assert.Contains("Retry.PerTryTimeout of 1 s", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(1, client.Endpoints[1].FailureCount);
    }

    [Fact]
    public async Task When_both_are_configured_the_delay_comes_before_the_abort()
    {
        var clock = new FakeTimeProvider();
        FaultOptions both = Abort(503, FaultScope.Request);
        both.Delay = Delay(5 * Second, FaultScope.Request).Delay;
        await using var client = new BalancedClient(new StubHandler(), o => o.Fault = both, clock);

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        bool early = sending.IsCompleted;
        clock.Advance(5 * Second);
        using HttpResponseMessage response = await sending;

        Assert.Equal((false, HttpStatusCode.ServiceUnavailable), (early, response.StatusCode));
    }

    [Theory]
    [InlineData(FaultScope.Request)]
    [InlineData(FaultScope.Attempt)]
    public async Task The_share_of_aborts_matches_the_percentage(FaultScope scope)
    {
        const int Requests = 2000;
        const double Percentage = 20;
        FaultOptions fault = Abort(503, scope);
        fault.Abort!.Percent = Percentage;
        await using var client = new BalancedClient(
            new StubHandler(),
            o => (o.Fault, o.Retry.MaxRetries, o.OutlierDetection.ConsecutiveErrors) = (fault, 0, 0),
            random: RandomSource.Seeded(4711));

        int aborted = 0;
        for (int i = 0; i < Requests; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            aborted += response.StatusCode == HttpStatusCode.ServiceUnavailable ? 1 : 0;
        }

        // Four standard deviations of a binomial distribution: 4 * sqrt(2000 * 0.2 * 0.8) = 72.
        Assert.InRange(aborted, 400 - 72, 400 + 72);
    }

    [Fact]
    public async Task Faults_are_counted_by_kind_and_scope()
    {
        await using var client = new BalancedClient(new StubHandler(), o => (o.Fault, o.Retry.MaxRetries) = (Abort(503, FaultScope.Attempt), 0));
        using MetricCollector<long> faults = client.Counter("faults");

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        CollectedMeasurement<long> counted = Assert.Single(faults.GetMeasurementSnapshot());
        Assert.Equal(("abort", "attempt"), (counted.Tags["loadbalancing.fault"], counted.Tags["loadbalancing.fault.scope"]));
    }

    [Fact]
    public async Task Requests_passed_through_have_no_faults()
    {
        await using var client = new BalancedClient(new StubHandler(), o => o.Fault = Abort(503, FaultScope.Request));

        using HttpResponseMessage response = await client.Http.GetAsync("http://elsewhere/", Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static FaultOptions Delay(TimeSpan delay, FaultScope scope) =>
        new() { Scope = scope, Delay = new FaultDelayOptions { FixedDelay = delay, Percent = 100 } };

    private static FaultOptions Abort(int status, FaultScope scope) =>
        new() { Scope = scope, Abort = new FaultAbortOptions { Status = status, Percent = 100 } };
}
