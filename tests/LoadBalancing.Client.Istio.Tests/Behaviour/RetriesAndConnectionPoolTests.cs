using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>"The retry policy agrees with the connection pool's settings, to control the total of outstanding attempts to get an answer from this receiver": from YAML, counted by the receiver.</summary>
public sealed class RetriesAndConnectionPoolTests
{
    private static readonly string Pair = Yamls.Documents(
        Yamls.Rule("connectionPool:\n  http:\n    http2MaxRequests: 50\n    maxRetries: 3"),
        Yamls.Service("""
            - match:
              - uri: {prefix: /a}
              retries: {attempts: 5, retryOn: 5xx}
              route:
              - destination: {host: foo}
            - match:
              - uri: {prefix: /b}
              retries: {attempts: 5, retryOn: gateway-error, backoff: 1ms}
              route:
              - destination: {host: foo}
            """));

    [Fact]
    public async Task A_thousand_callers_on_two_routes_never_have_more_than_fifty_attempts_and_three_retries_outstanding()
    {
        var servers = new CountingServers();
        await using LoopbackServer one = await LoopbackServer.StartAsync(servers.AnswerAsync);
        await using LoopbackServer two = await LoopbackServer.StartAsync(servers.AnswerAsync);
        await using var client = new PolicyClient(Pair, options: options => options.Endpoints = [one.Address, two.Address]);
        HttpClient http = client.Http;
        http.Timeout = Timeout.InfiniteTimeSpan;

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async caller =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, caller % 2 == 0 ? "/a" : "/b") { Headers = { { "X-Request-Id", $"{caller}" } } };
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }));

        Assert.Equal(50, servers.MostOutstanding);
        Assert.InRange(servers.MostRetries, 1, 3);
        Assert.Equal(0, client.Balancer.Endpoints.Sum(static endpoint => endpoint.InFlight));
    }

    [Fact]
    public async Task Conditions_on_answers_leave_a_post_alone_unless_the_options_say_otherwise()
    {
        var stub = new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        await using (var client = new PolicyClient(Pair, stub))
        {
            using HttpResponseMessage get = await client.Http.GetAsync("/b", TestContext.Current.CancellationToken);
            Assert.Equal(6, stub.Calls.Count);
            using HttpResponseMessage post = await client.Http.PostAsync("/b", new StringContent("x"), TestContext.Current.CancellationToken);
            Assert.Equal(7, stub.Calls.Count);
        }

        var second = new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        await using var careless = new PolicyClient(Pair, second, static options => options.Retry.RetryAllMethods = true);
        using HttpResponseMessage all = await careless.Http.PostAsync("/b", new StringContent("x"), TestContext.Current.CancellationToken);
        Assert.Equal(6, second.Calls.Count);
    }

    [Fact]
    public async Task By_default_only_what_no_server_has_begun_is_tried_again()
    {
        var stub = StubHandler.Script(
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError, "refused")),
            StubHandler.Status(HttpStatusCode.ServiceUnavailable));
        await using var client = new PolicyClient(Yamls.Service("- route:\n  - destination: {host: foo}"), stub);

        using HttpResponseMessage response = await client.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 2), (response.StatusCode, stub.Calls.Count));
    }

    /// <summary>Counts what is outstanding from the arrival of a request until its answer begins; a request id that comes again is a retry. Nothing is answered until the limit was reached once, and no retry until that of retries was.</summary>
    private sealed class CountingServers
    {
        private readonly ConcurrentDictionary<string, bool> _seen = new();
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _fullOfRetries = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _counting = new();
        private int _outstanding;
        private int _retries;

        public int MostOutstanding { get; private set; }

        public int MostRetries { get; private set; }

        public async Task AnswerAsync(HttpContext context)
        {
            int retry = _seen.TryAdd(context.Request.Headers["X-Request-Id"].ToString(), true) ? 0 : 1;
            lock (_counting)
            {
                MostOutstanding = Math.Max(MostOutstanding, ++_outstanding);
                MostRetries = Math.Max(MostRetries, _retries += retry);
                if (_outstanding >= 50)
                {
                    _full.TrySetResult();
                }

                if (_retries >= 3)
                {
                    _fullOfRetries.TrySetResult();
                }
            }

            await (retry == 0 ? _full.Task : _fullOfRetries.Task);
            lock (_counting)
            {
                _outstanding--;
                _retries -= retry;
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }
}
