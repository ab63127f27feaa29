using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Http.Calls;

public sealed class OutcomeClassifierTests
{
    [Theory]
    [InlineData(200, "Success", nameof(RetryTriggers.None))]
    [InlineData(101, "Success", nameof(RetryTriggers.None))]
    [InlineData(302, "Success", nameof(RetryTriggers.None))]
    [InlineData(404, "Success", nameof(RetryTriggers.None))]
    [InlineData(429, "Success", nameof(RetryTriggers.None))]
    [InlineData(500, "ErrorResponse", nameof(RetryTriggers.ServerError))]
    [InlineData(501, "ErrorResponse", nameof(RetryTriggers.ServerError))]
    [InlineData(599, "ErrorResponse", nameof(RetryTriggers.ServerError))]
    [InlineData(502, "Gateway", "GatewayError, ServerError")]
    [InlineData(503, "Gateway", "GatewayError, ServerError")]
    [InlineData(504, "Gateway", "GatewayError, ServerError")]
    public void A_status_is_classified(int status, string outcome, string triggers)
    {
        (AttemptOutcome actual, RetryTriggers actualTriggers) = OutcomeClassifier.Classify(
            new HttpResponseMessage((HttpStatusCode)status),
            TimeProvider.System);

        Assert.Equal((outcome, triggers), (actual.ToString(), actualTriggers.ToString()));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "Connect", nameof(RetryTriggers.ConnectFailure))]
    [InlineData(HttpRequestError.ConnectionError, "Connect", nameof(RetryTriggers.ConnectFailure))]
    [InlineData(HttpRequestError.SecureConnectionError, "Connect", nameof(RetryTriggers.ConnectFailure))]
    [InlineData(HttpRequestError.ProxyTunnelError, "Connect", nameof(RetryTriggers.ConnectFailure))]
    [InlineData(HttpRequestError.ResponseEnded, "Reset", nameof(RetryTriggers.Reset))]
    [InlineData(HttpRequestError.InvalidResponse, "Reset", nameof(RetryTriggers.Reset))]
    [InlineData(HttpRequestError.HttpProtocolError, "Reset", nameof(RetryTriggers.Reset))]
    [InlineData(HttpRequestError.Unknown, "Reset", nameof(RetryTriggers.Reset))]
    [InlineData(HttpRequestError.UserAuthenticationError, "Neutral", nameof(RetryTriggers.None))]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "Reset", nameof(RetryTriggers.Reset))]
    [InlineData(HttpRequestError.VersionNegotiationError, "Connect", nameof(RetryTriggers.RefusedStream))]
    [InlineData(HttpRequestError.ExtendedConnectNotSupported, "Neutral", nameof(RetryTriggers.None))]
    public void An_error_of_HttpClient_is_classified(HttpRequestError error, string outcome, string triggers) =>
        Assert.Equal((outcome, triggers), Classify(new HttpRequestException(error)));

    public static TheoryData<Exception, string, string> Exceptions => new()
    {
        { new TaskCanceledException("connect timeout", new TimeoutException()), "Connect", nameof(RetryTriggers.ConnectFailure) },
        { new TaskCanceledException("a token of user code"), "Neutral", nameof(RetryTriggers.None) },
        { new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused)), "Connect", nameof(RetryTriggers.ConnectFailure) },
        { new HttpRequestException("no certificate", new AuthenticationException()), "Connect", nameof(RetryTriggers.ConnectFailure) },
        { new HttpRequestException("reset", new SocketException((int)SocketError.ConnectionReset)), "Reset", nameof(RetryTriggers.Reset) },
        { new HttpRequestException("broken", new IOException()), "Reset", nameof(RetryTriggers.Reset) },
        { new HttpRequestException("a body that could not be created", new InvalidOperationException()), "Neutral", nameof(RetryTriggers.None) },
        { new HttpRequestException("a handler's EnsureSuccess", null, HttpStatusCode.NotFound), "Neutral", nameof(RetryTriggers.None) },
        { new HttpRequestException(
            HttpRequestError.HttpProtocolError,
            "refused",
            new HttpProtocolException(0x7, "refused", null)), "Reset", nameof(RetryTriggers.RefusedStream) },
        { new HttpRequestException(
            HttpRequestError.HttpProtocolError,
            "rejected",
            new HttpProtocolException(0x10B, "rejected", null)), "Reset", nameof(RetryTriggers.RefusedStream) },
        { new HttpRequestException(
            HttpRequestError.HttpProtocolError,
            "internal",
            new HttpProtocolException(0x2, "internal", null)), "Reset", nameof(RetryTriggers.Reset) },
        { new IOException(), "Reset", nameof(RetryTriggers.Reset) },
        { new InvalidOperationException(), "Neutral", nameof(RetryTriggers.None) },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void An_exception_is_classified(Exception exception, string outcome, string triggers) =>
        Assert.Equal((outcome, triggers), Classify(exception));

    [Fact]
    public void Retry_after_some_seconds_is_counted_from_now()
    {
        var clock = new FakeTimeProvider();
        var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { RetryAfter = new(TimeSpan.FromSeconds(7)) } };

        Assert.Equal(clock.GetUtcNow().AddSeconds(7), OutcomeClassifier.Classify(response, clock).Outcome.RetryAfter);
    }

    [Fact]
    public void Retry_after_a_date_is_that_date()
    {
        var date = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { RetryAfter = new(date) } };

        Assert.Equal(date, OutcomeClassifier.Classify(response, TimeProvider.System).Outcome.RetryAfter);
    }

    private static (string Outcome, string Triggers) Classify(Exception exception)
    {
        (AttemptOutcome outcome, RetryTriggers triggers) = OutcomeClassifier.Classify(exception);
        return (outcome.ToString(), triggers.ToString());
    }
}
