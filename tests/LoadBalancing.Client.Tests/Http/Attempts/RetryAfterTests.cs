using System.Net;
using System.Net.Http.Headers;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Attempts;

public sealed class RetryAfterTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_retry_waits_for_the_Retry_After_of_the_response_plus_its_backoff(bool asDate)
    {
        RetryConditionHeaderValue after = asDate ? new(_clock.GetUtcNow().AddSeconds(3)) : new(TimeSpan.FromSeconds(3));
        StubHandler stub = Answering(after);
        await using var client = new BalancedClient(stub, static o => o.Retry.BaseBackoff = TimeSpan.FromSeconds(2), _clock, new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(TimeSpan.FromSeconds(3.999));
        int early = stub.Calls.Count;
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        using HttpResponseMessage response = await sending;

        Assert.Equal((1, HttpStatusCode.OK), (early, response.StatusCode));
    }

    [Fact]
    public async Task A_response_whose_Retry_After_exceeds_the_remaining_time_reaches_the_caller_immediately()
    {
        StubHandler stub = Answering(new(TimeSpan.FromSeconds(30)));
        await using var client = new BalancedClient(stub, static o => o.Timeout = TimeSpan.FromSeconds(30), _clock);

        // The clock does not advance.
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (response.StatusCode, stub.Calls.Count));
        Assert.Equal(RetrySuppression.RetryAfterTooLong, response.GetUpstream()!.RetrySuppression);
    }

    [Fact]
    public async Task Without_a_timeout_no_retry_waits_for_more_than_five_minutes()
    {
        StubHandler stub = Answering(new(TimeSpan.FromSeconds(301)));
        await using var client = new BalancedClient(stub, static o => o.Timeout = Timeout.InfiniteTimeSpan, _clock);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(RetrySuppression.RetryAfterTooLong, response.GetUpstream()!.RetrySuppression);
    }

    [Fact]
    public async Task Without_a_timeout_a_response_may_ask_for_five_minutes_each_time()
    {
        var after = new RetryConditionHeaderValue(TimeSpan.FromSeconds(300));
        StubHandler stub = StubHandler.Script(Unavailable(after), Unavailable(after), StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, static o => o.Timeout = Timeout.InfiniteTimeSpan, _clock, new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(TimeSpan.FromSeconds(301));
        _clock.Advance(TimeSpan.FromSeconds(301));
        using HttpResponseMessage response = await sending;

        Assert.Equal((HttpStatusCode.OK, 3), (response.StatusCode, stub.Calls.Count));
    }

    [Fact]
    public async Task Without_a_timeout_a_backoff_of_ones_own_has_no_bound()
    {
        StubHandler stub = StubHandler.Script(StubHandler.Status(HttpStatusCode.ServiceUnavailable), StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(
            stub,
            static o => (o.Timeout, o.Retry.BaseBackoff) = (Timeout.InfiniteTimeSpan, TimeSpan.FromMinutes(20)),
            _clock,
            new ConstantRandom(0.5));

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        _clock.Advance(TimeSpan.FromMinutes(10));
        using HttpResponseMessage response = await sending;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_backoff_that_exceeds_the_remaining_time_is_named()
    {
        var stub = new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        await using var client = new BalancedClient(
            stub,
            static o => (o.Timeout, o.Retry.BaseBackoff) = (TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)),
            _clock,
            new ConstantRandom(0.5));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(RetrySuppression.TimeoutTooShort, response.GetUpstream()!.RetrySuppression);
    }

    [Fact]
    public async Task A_Retry_After_in_the_past_adds_no_delay()
    {
        StubHandler stub = Answering(new(_clock.GetUtcNow().AddDays(-1)));
        await using var client = new BalancedClient(stub, time: _clock);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static StubHandler Answering(RetryConditionHeaderValue after) =>
        StubHandler.Script(Unavailable(after), StubHandler.Status(HttpStatusCode.OK));

    private static Func<StubCall, Task<HttpResponseMessage>> Unavailable(RetryConditionHeaderValue after) => _ =>
    {
        var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter = after;
        return Task.FromResult(response);
    };
}
