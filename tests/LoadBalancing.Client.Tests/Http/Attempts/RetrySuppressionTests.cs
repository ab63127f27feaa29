using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Attempts;

/// <summary>Each reason not to make a due retry has a name, in the response, the metric and the log.</summary>
public sealed class RetrySuppressionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", false, "", RetrySuppression.NotIdempotent, "not-idempotent", "the request is not idempotent, and may have been processed")]
    [InlineData("PUT", true, "", RetrySuppression.BodyNotReplayable, "body", "the body of the request cannot be read again")]
    [InlineData("GET", false, "x-envoy-overloaded", RetrySuppression.ForbiddenByResponse, "forbidden", "the response forbids it")]
    public async Task A_refused_retry_has_a_name(string method, bool hasStream, string header, RetrySuppression expected, string name, string reason)
    {
        await using var client = new BalancedClient(new StubHandler(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            if (header.Length > 0)
            {
                response.Headers.Add(header, "true");
            }

            return response;
        }));
        using MetricRecorder metrics = client.Listen();
        var request = new HttpRequestMessage(HttpMethod.Parse(method), "/items") { Content = hasStream ? new StreamContent(Stream.Null) : null };

        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);

        Assert.Equal((expected, 1), (response.GetUpstream()!.RetrySuppression, response.GetUpstream()!.AttemptCount));
        Assert.Equal([$"loadbalancing.cluster=catalog loadbalancing.reason={name} 1"], metrics.Totals("retries.suppressed"));
        Assert.Equal(
            $"A call to service 'catalog' was not retried: {reason} ({name}).",
            Assert.Single(client.Logs.GetSnapshot(), static entry => entry.Id.Id == LogEvents.RetrySuppressed).Message);
    }

    [Fact]
    public async Task An_exception_that_is_not_retried_says_why()
    {
        await using var client = new BalancedClient(new StubHandler(
            static _ => Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ResponseEnded, "It broke."))));

        var thrown = await Assert.ThrowsAsync<HttpRequestException>(() =>
            client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/items"), cancellationToken: Cancelled));

        Assert.Equal("It broke. It was not retried: the request is not idempotent, and may have been processed (not-idempotent).", thrown.Message);
        Assert.Equal(HttpRequestError.ResponseEnded, thrown.HttpRequestError);
    }

    [Fact]
    public async Task The_last_of_all_retries_is_no_refusal()
    {
        await using var client = new BalancedClient(new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((RetrySuppression.None, 3), (response.GetUpstream()!.RetrySuppression, response.GetUpstream()!.AttemptCount));
    }
}
