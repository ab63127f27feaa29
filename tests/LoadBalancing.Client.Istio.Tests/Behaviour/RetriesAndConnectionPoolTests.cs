using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;

namespace LoadBalancing.Client.Istio.Tests.Behaviour;

/// <summary>Retries and the connection pool together limit the outstanding attempts; configured by YAML and counted by the servers.</summary>
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
    public async Task Thousand_callers_on_two_routes_stay_within_the_limits_of_requests_and_retries()
    {
        var servers = new CountingServers();
        await using LoopbackServer one = await LoopbackServer.StartAsync(servers.RespondAsync);
        await using LoopbackServer two = await LoopbackServer.StartAsync(servers.RespondAsync);
        await using var client = new PolicyClient(Pair, options: options => options.Endpoints = [one.Address, two.Address]);
        HttpClient http = client.Http;
        http.Timeout = Timeout.InfiniteTimeSpan;

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async caller =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, caller % 2 == 0 ? "/a" : "/b") { Headers = { { "X-Request-Id", $"{caller}" } } };
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }));

        Assert.Equal(50, servers.MaxOutstanding);
        Assert.InRange(servers.MaxRetries, 1, 3);
        Assert.Equal(0, client.Balancer.Endpoints.Sum(static endpoint => endpoint.InFlight));
    }

    [Fact]
    public async Task Response_conditions_retry_a_post_only_with_RetryAllMethods()
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
        await using var permissive = new PolicyClient(Pair, second, static options => options.Retry.RetryAllMethods = true);
        using HttpResponseMessage all = await permissive.Http.PostAsync("/b", new StringContent("x"), TestContext.Current.CancellationToken);
        Assert.Equal(6, second.Calls.Count);
    }

    [Fact]
    public async Task Only_unprocessed_requests_are_retried_by_default()
    {
        var stub = StubHandler.Script(
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError, "refused")),
            StubHandler.Status(HttpStatusCode.ServiceUnavailable));
        await using var client = new PolicyClient(Yamls.Service("- route:\n  - destination: {host: foo}"), stub);

        using HttpResponseMessage response = await client.Http.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 2), (response.StatusCode, stub.Calls.Count));
    }

    /// <summary>
    /// Counts requests from their arrival until the response starts; a repeated request id is a retry. Responses are held back until the request limit has
    /// been reached once, and those of retries until the retry limit has.
    /// </summary>
    private sealed class CountingServers
    {
        private readonly ConcurrentDictionary<string, bool> _seen = new();
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _fullOfRetries = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _counting = new();
        private int _outstanding;
        private int _retries;

        public int MaxOutstanding { get; private set; }

        public int MaxRetries { get; private set; }

        public async Task RespondAsync(HttpContext context)
        {
            int retry = _seen.TryAdd(context.Request.Headers["X-Request-Id"].ToString(), true) ? 0 : 1;
            lock (_counting)
            {
                MaxOutstanding = Math.Max(MaxOutstanding, ++_outstanding);
                MaxRetries = Math.Max(MaxRetries, _retries += retry);
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
