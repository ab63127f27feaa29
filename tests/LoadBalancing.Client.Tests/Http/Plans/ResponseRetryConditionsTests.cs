using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Plans;

/// <summary>The responses and failures that each of Envoy's retry conditions retries, by name.</summary>
public sealed class ResponseRetryConditionsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("5xx", "500 503 599 connect refused reset timeout", "409 429 200 grpc-14")]
    [InlineData("gateway-error", "502 503 504 connect refused reset timeout", "500 501 409 grpc-14")]
    [InlineData("reset", "connect refused reset timeout", "500 503")]
    [InlineData("reset-before-request", "connect refused", "reset timeout 503")]
    [InlineData("connect-failure", "connect", "refused reset timeout 503")]
    [InlineData("refused-stream", "refused", "connect reset timeout 503")]
    [InlineData("per-try-timeout", "timeout", "connect refused reset 503")]
    [InlineData("http3-post-connect-failure", "", "connect refused reset timeout 503")]
    [InlineData("retriable-4xx", "409", "400 408 429 503 reset")]
    [InlineData("retriable-status-codes", "418 502 503 504", "409 500 501 505 reset")]
    [InlineData("retriable-headers", "header", "503 200 reset")]
    [InlineData("503", "503", "500 reset")]
    [InlineData("200", "200", "500")]
    [InlineData("envoy-ratelimited", "ratelimited", "429 503")]
    [InlineData("cancelled", "grpc-1", "grpc-4 grpc-8 grpc-13 grpc-14 503")]
    [InlineData("deadline-exceeded", "grpc-4", "grpc-1 grpc-8 grpc-13 grpc-14")]
    [InlineData("resource-exhausted", "grpc-8", "grpc-1 grpc-4 grpc-13 grpc-14")]
    [InlineData("internal", "grpc-13", "grpc-1 grpc-4 grpc-8 grpc-14")]
    [InlineData("unavailable", "grpc-14", "grpc-1 grpc-4 grpc-8 grpc-13 grpc-0")]
    [InlineData("UNAVAILABLE", "grpc-14", "grpc-1")]
    public async Task A_condition_retries(string condition, string retried, string notRetried)
    {
        foreach (string failure in retried.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(await IsTriedAgainAsync(condition, failure), $"{failure} is not retried");
        }

        foreach (string failure in notRetried.Split(' '))
        {
            Assert.False(await IsTriedAgainAsync(condition, failure), $"{failure} is retried");
        }
    }

    [Fact]
    public async Task A_rate_limited_response_is_not_retried_whatever_its_status()
    {
        Assert.False(await IsTriedAgainAsync("5xx", "ratelimited-503"));
        Assert.True(await IsTriedAgainAsync("envoy-ratelimited", "ratelimited-503"));
    }

    [Fact]
    public async Task A_response_from_an_overloaded_proxy_is_not_retried() => Assert.False(await IsTriedAgainAsync("5xx", "overloaded"));

    [Theory]
    [InlineData("retriable-4xx", "409")]
    [InlineData("retriable-status-codes", "418")]
    [InlineData("retriable-headers", "header")]
    [InlineData("envoy-ratelimited", "ratelimited")]
    [InlineData("unavailable", "grpc-14")]
    [InlineData("internal", "grpc-13")]
    public async Task A_retry_is_counted_with_the_condition_that_caused_it(string condition, string failure)
    {
        await using BalancedClient client = Client(condition, failure, new FakeTimeProvider());
        using MetricCollector<long> retries = client.Counter("retries");

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(condition, Assert.Single(retries.GetMeasurementSnapshot()).Tags["loadbalancing.reason"]);
    }

    [Theory]
    [InlineData("X-Canary", null, null, null, null, false, "x-canary: blue", true)]
    [InlineData("X-Canary", null, null, null, null, false, "x-other: blue", false)]
    [InlineData("X-Canary", "blue", null, null, null, false, "x-canary: blue", true)]
    [InlineData("X-Canary", "blue", null, null, null, false, "x-canary: Blue", false)]
    [InlineData("X-Canary", null, "bl", null, null, false, "x-canary: blue", true)]
    [InlineData("X-Canary", null, null, "b.*e", null, false, "x-canary: blue", true)]
    [InlineData("X-Canary", null, null, "b", null, false, "x-canary: blue", false)]
    [InlineData("X-Canary", null, null, null, true, false, "x-canary: blue", true)]
    [InlineData("X-Canary", null, null, null, false, false, "x-canary: blue", false)]
    [InlineData("X-Canary", null, null, null, false, false, "x-other: blue", true)]
    [InlineData("X-Canary", "blue", null, null, null, true, "x-canary: blue", false)]
    [InlineData("X-Canary", "blue", null, null, null, true, "x-other: blue", true)]
    public void A_header_matches(string name, string? exact, string? prefix, string? regex, bool? present, bool invert, string header, bool matches)
    {
        using var response = new HttpResponseMessage();
        string[] parts = header.Split(": ");
        response.Headers.Add(parts[0], parts[1]);

        Assert.Equal(
            matches,
            new HeaderMatch(new HeaderMatchOptions { Name = name, Exact = exact, Prefix = prefix, Regex = regex, Present = present, Invert = invert }).Matches(
                response.Headers,
                response.Content.Headers));
    }

    [Theory]
    [InlineData("blue", null, null, false)]
    [InlineData("blue, green", null, null, true)]
    [InlineData("blue,green", null, null, false)]
    [InlineData(null, "blue", null, true)]
    [InlineData(null, "green", null, false)]
    [InlineData(null, null, "green", false)]
    [InlineData(null, null, @"(.*, )?green(, .*)?", true)]
    public void Several_values_of_a_header_are_compared_as_one_text(string? exact, string? prefix, string? regex, bool matches)
    {
        var match = new HeaderMatch(new HeaderMatchOptions { Name = "x-canary", Exact = exact, Prefix = prefix, Regex = regex });
        using var separate = new HttpResponseMessage();
        separate.Headers.Add("x-canary", "blue");
        separate.Headers.Add("x-canary", "green");
        using var joined = new HttpResponseMessage();
        joined.Headers.TryAddWithoutValidation("x-canary", "blue, green");

        Assert.Equal(matches, match.Matches(separate.Headers, separate.Content.Headers));
        Assert.Equal(matches, match.Matches(joined.Headers, joined.Content.Headers));
    }

    private static async Task<bool> IsTriedAgainAsync(string condition, string failure)
    {
        var clock = new FakeTimeProvider();
        await using BalancedClient client = Client(condition, failure, clock);
        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        if (failure == "timeout")
        {
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        try
        {
            using HttpResponseMessage response = await sending;
            return response.ReasonPhrase == "second";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static BalancedClient Client(string condition, string failure, FakeTimeProvider clock) => new(
        StubHandler.Script(call => Fail(failure, call), static _ => Task.FromResult(new HttpResponseMessage { ReasonPhrase = "second" })),
        options =>
        {
            options.Retry.RetryOn = [condition];
            options.Retry.RetriableStatuses = [418, "502-504"];
            options.Retry.RetriableHeaders = [new HeaderMatchOptions { Name = "X-Retry", Exact = "yes" }];
            options.Retry.PerTryTimeout = TimeSpan.FromSeconds(1);
        },
        clock);

    private static Task<HttpResponseMessage> Fail(string failure, StubCall call)
    {
        var response = new HttpResponseMessage();
        switch (failure.Split('-'))
        {
            case ["connect"]:
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            case ["refused"]:
                throw new HttpRequestException(HttpRequestError.HttpProtocolError, "refused", new HttpProtocolException(7, "refused", null));
            case ["reset"]:
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            case ["timeout"]:
                return StubHandler.Hang(call);
            case ["header"]:
                response.Headers.Add("X-Retry", "yes");
                break;
            case ["grpc", { } status]:
                response.Headers.Add("grpc-status", status);
                break;
            case ["ratelimited", ..]:
                response.StatusCode = failure == "ratelimited" ? HttpStatusCode.TooManyRequests : HttpStatusCode.ServiceUnavailable;
                response.Headers.Add("x-envoy-ratelimited", "true");
                break;
            case ["overloaded"]:
                response.StatusCode = HttpStatusCode.ServiceUnavailable;
                response.Headers.Add("x-envoy-overloaded", "true");
                break;
            default:
                response.StatusCode = Enum.Parse<HttpStatusCode>(failure);
                break;
        }

        return Task.FromResult(response);
    }
}
