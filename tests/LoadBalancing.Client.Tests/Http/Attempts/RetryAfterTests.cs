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
    public async Task A_retry_waits_for_as_long_as_the_answer_asks_and_its_own_wait_on_top(bool asDate)
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
    public async Task An_answer_that_asks_for_more_than_is_left_reaches_the_caller_at_once()
    {
        StubHandler stub = Answering(new(TimeSpan.FromSeconds(30)));
        await using var client = new BalancedClient(stub, static o => o.Timeout = TimeSpan.FromSeconds(30), _clock);

        // Nobody moves the clock.
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (response.StatusCode, stub.Calls.Count));
    }

    [Fact]
    public async Task Without_a_limit_nobody_waits_for_more_than_five_minutes()
    {
        StubHandler stub = Answering(new(TimeSpan.FromSeconds(301)));
        await using var client = new BalancedClient(stub, static o => o.Timeout = Timeout.InfiniteTimeSpan, _clock);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task A_time_that_is_past_asks_for_nothing()
    {
        StubHandler stub = Answering(new(_clock.GetUtcNow().AddDays(-1)));
        await using var client = new BalancedClient(stub, time: _clock);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static StubHandler Answering(RetryConditionHeaderValue after) => StubHandler.Script(
        _ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter = after;
            return Task.FromResult(response);
        },
        StubHandler.Status(HttpStatusCode.OK));
}
