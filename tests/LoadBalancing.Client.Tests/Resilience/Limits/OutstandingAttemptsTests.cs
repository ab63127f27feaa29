using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;

namespace LoadBalancing.Client.Tests.Resilience.Limits;

/// <summary>Retries and connection pool limits together bound the outstanding attempts to a server, counted by the server.</summary>
public sealed class OutstandingAttemptsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_callers_on_two_routes_with_five_retries_never_have_more_than_fifty_attempts_and_three_retries_outstanding()
    {
        var servers = new CountingServers(503) { Full = 50, FullOfRetries = 3 };
        await using LoopbackServer one = await LoopbackServer.StartAsync(servers.RespondAsync);
        await using LoopbackServer two = await LoopbackServer.StartAsync(servers.RespondAsync);
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [one.Address, two.Address];
            options.OutlierDetection.ConsecutiveErrors = 0;
            options.Timeout = Timeout.InfiniteTimeSpan;
            options.RetryBudget.Enabled = false;
            (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxConcurrentRetries) = (50, 3);
            options.Retry.MaxRetries = 5;
            options.Routes =
            [
                new() { Name = "a", Match = [new() { PathPrefix = "/a" }], Retry = new() { RetryOn = ["5xx"] } },
                new() { Name = "b", Match = [new() { PathPrefix = "/b" }], Retry = new() { BaseBackoff = TimeSpan.FromMilliseconds(1) } },
            ];
        });

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async caller =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, caller % 2 == 0 ? "/a" : "/b") { Headers = { { "X-Request-Id", $"{caller}" } } };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }));

        Assert.Equal(50, servers.MostOutstanding);
        Assert.InRange(servers.MostRetries, 1, 3);
        Assert.Equal((0, 0), (client.InFlight, client.Balancer.Permits.PermitsInUse));
    }

    [Fact]
    public async Task Of_a_thousand_callers_with_fifty_permits_and_a_queue_of_a_hundred_the_rest_is_rejected_immediately()
    {
        var servers = new CountingServers(200) { Hold = new TaskCompletionSource() };
        await using LoopbackServer server = await LoopbackServer.StartAsync(servers.RespondAsync);
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [server.Address];
            options.Timeout = Timeout.InfiniteTimeSpan;
            options.Retry.PerTryTimeout = Timeout.InfiniteTimeSpan;
            (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxPendingRequests) = (50, 100);
        });

        Task<bool>[] calls = [.. Enumerable.Range(0, 1000).Select(_ => IsServedAsync(client))];

        // The servers respond only after the last rejection: no rejected call has waited for a response.
        await Eventually.IsTrue(() => calls.Count(static call => call.IsCompleted) == 850);
        servers.Hold.SetResult();
        bool[] served = await Task.WhenAll(calls);

        Assert.Equal((150, 50), (served.Count(static one => one), servers.MostOutstanding));
    }

    [Fact]
    public async Task A_hundred_thousand_cancelled_requests_leak_nothing()
    {
        var time = new CountingTimeProvider();
        await using var client = new BalancedClient(
            new CancelledHandler(),
            static options => (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxPendingRequests) = (8, 100),
            time);
        HttpMessageInvoker invoker = client.Invoker;
        using (HttpResponseMessage warm = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/warm"), Cancelled))
        {
            Assert.Equal(HttpStatusCode.OK, warm.StatusCode);
        }

        // Sixteen callers with eight permits: half are cancelled in flight, half in the queue.
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 6250; i++)
            {
                using var caller = new CancellationTokenSource();
                Task sending = invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/items"), caller.Token);
                await caller.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            }
        })));

        RequestPermits permits = client.Balancer.Permits;
        Assert.Equal((0, 0, 0), (permits.PermitsInUse, permits.QueuedCount, client.InFlight));

        // The timers of pooled timeouts, of the sweep, and of the writer.
        Assert.InRange(time.TimersAlive, 0, 300);
    }

    private static async Task<bool> IsServedAsync(BalancedClient client)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            return true;
        }
        catch (LoadBalancerOverflowException)
        {
            return false;
        }
    }

    /// <summary>Responds to the first request and holds all others until they are cancelled.</summary>
    private sealed class CancelledHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != "/warm")
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }

    /// <summary>Counts a request as outstanding from its arrival until its response starts; a repeated request id is a retry.</summary>
    private sealed class CountingServers(int status)
    {
        private readonly ConcurrentDictionary<string, bool> _seen = new();
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _fullOfRetries = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _counting = new();
        private int _outstanding;
        private int _retries;

        public TaskCompletionSource? Hold { get; init; }

        /// <summary>The number of outstanding requests before the first response, so that they overlap on any machine.</summary>
        public int Full { get; init; } = 1;

        /// <summary>The same for retries.</summary>
        public int FullOfRetries { get; init; } = 1;

        public int MostOutstanding { get; private set; }

        public int MostRetries { get; private set; }

        public async Task RespondAsync(HttpContext context)
        {
            string? id = context.Request.Headers["X-Request-Id"];
            int retry = id is not null && !_seen.TryAdd(id, true) ? 1 : 0;
            lock (_counting)
            {
                MostOutstanding = Math.Max(MostOutstanding, ++_outstanding);
                MostRetries = Math.Max(MostRetries, _retries += retry);
                if (_outstanding >= Full)
                {
                    _full.TrySetResult();
                }

                if (_retries >= FullOfRetries)
                {
                    _fullOfRetries.TrySetResult();
                }
            }

            await (retry == 0 ? _full.Task : _fullOfRetries.Task);
            await (Hold?.Task ?? Task.CompletedTask);
            lock (_counting)
            {
                _outstanding--;
                _retries -= retry;
            }

            context.Response.StatusCode = status;
        }
    }
}
