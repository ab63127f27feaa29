using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience.Limits;

/// <summary>Concurrency limits of single endpoints: pickers skip full endpoints, and attempts wait when all are full.</summary>
public sealed class EndpointLimitsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Strategies =>
    [
        LoadBalancingStrategies.RoundRobin, LoadBalancingStrategies.Random, LoadBalancingStrategies.LeastRequest, LoadBalancingStrategies.LeastConnections,
        LoadBalancingStrategies.LeastLoad, LoadBalancingStrategies.RingHash, LoadBalancingStrategies.Maglev, LoadBalancingStrategies.Rendezvous,
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_full_endpoint_is_skipped_until_all_are_full_whatever_the_strategy(string strategy)
    {
        using var cluster = new TestCluster(4, options => (options.Strategy, options.ConnectionPool.MaxRequestsPerEndpoint) = (strategy, 3));

        var leases = new List<EndpointLease>();
        for (int i = 0; i < 12; i++)
        {
            leases.Add(cluster.Balancer.Pick(new PickContext { Hash = 42 }));
        }

        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal((3, 3), (endpoint.InFlight, endpoint.MaxInFlight)));
        LoadBalancerOverflowException refused = Assert.Throws<LoadBalancerOverflowException>(() => cluster.Balancer.Pick(new PickContext { Hash = 7 }));
        Assert.Equal(
            "Service 'catalog' has no capacity: every available endpoint is at its concurrency limit (ConnectionPool:MaxRequestsPerEndpoint, " +
                "ConnectionPool:AdaptiveLimit).",
            refused.Message);

        leases[5].End(AttemptOutcome.Success);
        using EndpointLease next = cluster.Balancer.Pick(new PickContext { Hash = 7 });
        Assert.Same(leases[5].Endpoint, next.Endpoint);
    }

    [Fact]
    public void When_all_available_endpoints_are_full_no_ejected_endpoint_is_picked()
    {
        using var cluster = new TestCluster(4, static options => (
            options.ConnectionPool.MaxRequestsPerEndpoint,
            options.OutlierDetection.ConsecutiveErrors) = (1, 1));
        cluster.Fail(cluster.Endpoints[0]);
        EndpointLease[] leases = [cluster.Balancer.Pick(), cluster.Balancer.Pick(), cluster.Balancer.Pick()];

        Assert.Throws<LoadBalancerOverflowException>(() => cluster.Balancer.Pick());
        Assert.Equal((EndpointHealth.Ejected, 0), (cluster.Endpoints[0].Health, cluster.Endpoints[0].InFlight));
        Assert.Equal(3, leases.Length);
    }

    [Fact]
    public void In_panic_the_limits_still_apply()
    {
        using var cluster = new TestCluster(2, static options =>
        {
            options.ConnectionPool.MaxRequestsPerEndpoint = 2;
            options.OutlierDetection.ConsecutiveErrors = 1;
            options.OutlierDetection.MaxEjectionPercent = 100;
        });
        cluster.Fail(cluster.Endpoints[0]);
        cluster.Fail(cluster.Endpoints[1]);

        for (int i = 0; i < 4; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.Throws<LoadBalancerOverflowException>(() => cluster.Balancer.Pick());
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(2, endpoint.InFlight));
    }

    [Fact]
    public void A_panic_that_fails_requests_is_reported_as_panic_and_not_as_a_limit()
    {
        using var cluster = new TestCluster(2, static options =>
        {
            options.ConnectionPool.MaxRequestsPerEndpoint = 2;
            options.OutlierDetection.ConsecutiveErrors = 1;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.Traffic = PanicTraffic.Fail;
        });
        cluster.Fail(cluster.Endpoints[0]);
        cluster.Fail(cluster.Endpoints[1]);

        Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());
    }

    [Fact]
    public void A_reload_changes_and_removes_limits_and_new_endpoints_have_them()
    {
        using var cluster = new TestCluster(2, static options => options.ConnectionPool.MaxRequestsPerEndpoint = 1);
        cluster.Balancer.Pick();
        cluster.Balancer.Pick();

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2), TestCluster.Address(3)]);
        Assert.Same(cluster.Endpoints[2], cluster.Balancer.Pick().Endpoint);
        Assert.Throws<LoadBalancerOverflowException>(() => cluster.Balancer.Pick());

        cluster.Configure(static options => options.ConnectionPool.MaxRequestsPerEndpoint = 2);
        Assert.Equal(2, cluster.Balancer.Pick().Endpoint.InFlight);
        cluster.Configure(static options => options.ConnectionPool.MaxRequestsPerEndpoint = null);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Null(endpoint.MaxInFlight));
        for (int i = 0; i < 30; i++)
        {
            cluster.Balancer.Pick();
        }

        Assert.Equal(34, cluster.Endpoints.Sum(static endpoint => endpoint.InFlight));
    }

    [Fact]
    public void Ejection_and_restoration_keep_the_limit()
    {
        using var cluster = new TestCluster(3, static options => (
            options.ConnectionPool.MaxRequestsPerEndpoint,
            options.OutlierDetection.ConsecutiveErrors) = (5, 1));
        cluster.Fail(cluster.Endpoints[0]);
        Assert.Equal((EndpointHealth.Ejected, 5), (cluster.Endpoints[0].Health, cluster.Endpoints[0].MaxInFlight));

        cluster.Run(TimeSpan.FromMinutes(10));

        Assert.Equal((EndpointHealth.Available, 5), (cluster.Endpoints[0].Health, cluster.Endpoints[0].MaxInFlight));
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin)]
    [InlineData(LoadBalancingStrategies.LeastRequest)]
    public void Under_load_no_endpoint_exceeds_its_limit(string strategy)
    {
        const int Limit = 3;
        using var cluster = new TestCluster(4, options => (options.Strategy, options.ConnectionPool.MaxRequestsPerEndpoint) = (strategy, Limit));
        UpstreamEndpoint[] endpoints = [.. cluster.Endpoints];
        int most = 0;
        int refused = 0;

        Parallel.For(0, 8, _ =>
        {
            var held = new Queue<EndpointLease>();
            for (int i = 0; i < 5000; i++)
            {
                try
                {
                    held.Enqueue(cluster.Balancer.Pick());
                }
                catch (LoadBalancerOverflowException)
                {
                    Interlocked.Increment(ref refused);
                    if (held.TryDequeue(out EndpointLease? lease))
                    {
                        lease.Dispose();
                    }
                }

                InterlockedMax(ref most, endpoints.Max(static endpoint => endpoint.InFlight));
            }

            while (held.TryDequeue(out EndpointLease? lease))
            {
                lease.Dispose();
            }
        });

        Assert.Equal((Limit, 0), (most, endpoints.Sum(static endpoint => endpoint.InFlight)));
        Assert.True(refused > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_finds_all_endpoints_full_waits_for_the_first_with_capacity(bool sync)
    {
        var responses = new ConcurrentQueue<TaskCompletionSource<HttpResponseMessage>>();
        var stub = new StubHandler(_ =>
        {
            var response = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            responses.Enqueue(response);
            return response.Task;
        });
        await using var client = new BalancedClient(stub, static options => options.ConnectionPool.MaxRequestsPerEndpoint = 1);
        Task<HttpResponseMessage>[] first = [.. Enumerable.Range(0, 3).Select(_ => client.GetAsync(cancellationToken: Cancelled))];
        await stub.WaitForCallAsync(3);

        Task<HttpResponseMessage> fourth = client.GetAsync(sync, cancellationToken: Cancelled);
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 1);
        Task<HttpResponseMessage> fifth = client.GetAsync(cancellationToken: Cancelled);
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 2);
        responses.ElementAt(1).SetResult(new HttpResponseMessage(HttpStatusCode.OK));

        StubCall arrived = await stub.WaitForCallAsync(4);
        Assert.Equal((stub.Calls[1].Uri.Authority, false), (arrived.Uri.Authority, fifth.IsCompleted));
        Assert.Equal((1, 3), (Permits(client).QueuedCount, client.InFlight));
        responses.ElementAt(0).SetResult(new HttpResponseMessage(HttpStatusCode.OK));
        await stub.WaitForCallAsync(5);
        foreach (TaskCompletionSource<HttpResponseMessage> response in responses)
        {
            response.TrySetResult(new HttpResponseMessage(HttpStatusCode.OK));
        }

        await Task.WhenAll([.. first, fourth, fifth]);
        Assert.Equal((0, 0, 0), (Permits(client).PermitsInUse, Permits(client).QueuedCount, client.InFlight));
    }

    [Fact]
    public async Task A_lease_of_a_direct_pick_frees_capacity_too()
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            static options => (options.Endpoints, options.ConnectionPool.MaxRequestsPerEndpoint) = (["http://10.0.0.1"], 1));
        EndpointLease lease = client.Balancer.Pick();
        Task<HttpResponseMessage> waiting = client.GetAsync(cancellationToken: Cancelled);
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 1);

        lease.End(AttemptOutcome.Success);

        using HttpResponseMessage response = await waiting;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_lease_of_a_subset_counts_at_its_address_and_frees_capacity_for_the_whole_service()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.Endpoints = [new EndpointDescription("http://10.0.0.1") { Labels = new Dictionary<string, string> { ["version"] = "v1" } }];
            options.Subsets["v1"] = new SubsetOptions { Labels = new Dictionary<string, string> { ["version"] = "v1" } };
            options.ConnectionPool.MaxRequestsPerEndpoint = 1;
        }).ConfigurePrimaryHttpMessageHandler(static () => new StubHandler());
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        var balancers = provider.GetRequiredService<ILoadBalancerProvider>();
        EndpointLease lease = balancers.GetLoadBalancer("catalog", "v1").Pick();
        Assert.Throws<LoadBalancerOverflowException>(() => balancers.GetLoadBalancer("catalog").Pick());

        Task<HttpResponseMessage> waiting = client.GetAsync("/items", Cancelled);
        await Eventually.IsTrue(() => balancers.GetLoadBalancer("catalog").Permits.QueuedCount == 1);
        lease.End(AttemptOutcome.Success);

        using HttpResponseMessage response = await waiting;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task New_endpoints_admit_waiting_calls()
    {
        var source = new ManualEndpointSource();
        var stub = new StubHandler(static call => call.Uri.Host == "10.0.0.9"
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK))
            : StubHandler.Hang(call));
        await using var client = new BalancedClient(
            stub,
            static options => (options.Endpoints, options.ConnectionPool.MaxRequestsPerEndpoint) = ([], 1),
            builder: builder => builder.AddEndpointSource(_ => source));
        using var caller = new CancellationTokenSource();
        source.Push("http://10.0.0.1");
        Task holding = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);
        Task<HttpResponseMessage>[] waiting = [client.GetAsync(cancellationToken: Cancelled), client.GetAsync(cancellationToken: Cancelled)];
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 2);

        source.Push("http://10.0.0.1", "http://10.0.0.9");

        foreach (HttpResponseMessage response in await Task.WhenAll(waiting))
        {
            Assert.Equal("10.0.0.9", response.GetUpstream()!.Endpoint.Address.Host);
        }

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);
    }

    [Fact]
    public async Task Without_a_queue_a_call_is_rejected_immediately_with_the_reason()
    {
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            static options => (
                options.Endpoints,
                options.ConnectionPool.MaxRequestsPerEndpoint,
                options.ConnectionPool.MaxPendingRequests) = (["http://10.0.0.1"], 1, 0));
        using var caller = new CancellationTokenSource();
        Task holding = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);

        LoadBalancerOverflowException refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(
            "The call to service 'catalog' was refused: every available endpoint is at its concurrency limit (ConnectionPool:MaxRequestsPerEndpoint is 1), " +
                "and queueing is disabled (ConnectionPool:MaxPendingRequests is 0).",
            refused.Message);
        Assert.Equal((1, 0L, 1), (Permits(client).PermitsInUse, client.Failed, stub.Calls.Count));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);
    }

    [Fact]
    public async Task A_wait_lasts_no_longer_than_PendingTimeout_whatever_the_number_of_failed_picks()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(
            stub,
            static options =>
            {
                options.Endpoints = ["http://10.0.0.1"];
                (options.Timeout, options.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                (options.ConnectionPool.MaxRequestsPerEndpoint, options.ConnectionPool.PendingTimeout) = (1, 2 * Second);
            },
            clock);
        using var caller = new CancellationTokenSource();
        Task holding = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);
        Task<HttpResponseMessage> waiting = client.GetAsync(cancellationToken: Cancelled);
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 1);

        clock.Advance(1.5 * Second);
        Permits(client).WakeEndpointWaiters();
        await Eventually.IsTrue(() => Permits(client).QueuedCount == 1 && Permits(client).PermitsInUse == 1);
        clock.Advance(0.5 * Second);

        LoadBalancerOverflowException refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => waiting);
        Assert.EndsWith("and its ConnectionPool:PendingTimeout of 2 s has elapsed before a permit was available.", refused.Message, StringComparison.Ordinal);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);
    }

    [Fact]
    public async Task A_retry_uses_an_endpoint_with_capacity()
    {
        var stub = new StubHandler(static call => new HttpResponseMessage(call.Number == 1 ? HttpStatusCode.BadGateway : HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, static options => options.ConnectionPool.MaxRequestsPerEndpoint = 1);
        EndpointLease[] held = [client.Balancer.Pick(), client.Balancer.Pick()];

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, 2), (response.StatusCode, response.GetUpstream()!.AttemptCount));
        Assert.Equal(2, held.Length);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Servers_never_see_more_requests_than_the_limit_over_either_protocol(HttpProtocols protocol)
    {
        const int Limit = 5;
        var one = new Outstanding();
        var two = new Outstanding();
        await using LoopbackServer first = await LoopbackServer.StartAsync(one.RespondAsync, protocol);
        await using LoopbackServer second = await LoopbackServer.StartAsync(two.RespondAsync, protocol);
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [first.Address, second.Address];
            (options.Timeout, options.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            options.ConnectionPool.MaxRequestsPerEndpoint = Limit;
        });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/items")
            {
                Version = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }));

        Assert.Equal((Limit, Limit, 300), (one.Most, two.Most, first.Requests.Count + second.Requests.Count));
        Assert.Equal((0, 0, 0), (Permits(client).PermitsInUse, Permits(client).QueuedCount, client.InFlight));
    }

    [Fact]
    public async Task Under_load_with_both_limits_every_call_is_served_and_nothing_leaks()
    {
        var stub = new StubHandler(static async _ =>
        {
            await Task.Yield();
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        await using var client = new BalancedClient(stub, static options =>
        {
            (options.Timeout, options.Retry.PerTryTimeout) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxRequestsPerEndpoint) = (5, 2);
        });
        HttpMessageInvoker invoker = client.Invoker;

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 300; i++)
            {
                using HttpResponseMessage response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "http://catalog/items"), Cancelled);
            }
        })));

        Assert.Equal((9600, 0, 0, 0), (stub.Calls.Count, Permits(client).PermitsInUse, Permits(client).QueuedCount, client.InFlight));
    }

    [Fact]
    public void An_adaptive_limit_shrinks_only_on_the_endpoint_that_slows_down()
    {
        using var cluster = new TestCluster(3, static options => options.ConnectionPool.AdaptiveLimit = new AdaptiveLimitOptions
        {
            InitialLimit = 10,
            MaxLimit = 40,
        });
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(10, endpoint.MaxInFlight));
        Serve(cluster, rounds: 30, static _ => 10);
        Assert.All(cluster.Endpoints, static endpoint => Assert.Equal(40, endpoint.MaxInFlight));

        Serve(cluster, rounds: 10, static i => i == 1 ? 200 : 10);

        Assert.Equal((40, 40), (cluster.Endpoints[0].MaxInFlight, cluster.Endpoints[2].MaxInFlight));
        Assert.InRange(cluster.Endpoints[1].MaxInFlight!.Value, 4, 15);
    }

    [Fact]
    public void It_never_exceeds_the_configured_limit_and_immediate_failures_do_not_raise_it()
    {
        using var cluster = new TestCluster(1, static options => (
            options.ConnectionPool.AdaptiveLimit,
            options.ConnectionPool.MaxRequestsPerEndpoint,
            options.OutlierDetection.ConsecutiveErrors) =
            (new AdaptiveLimitOptions { InitialLimit = 10 }, 12, 0));
        for (int i = 0; i < 100; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
            lease.End(AttemptOutcome.Failure(FailureKind.Connect));
        }

        Assert.Equal(10, cluster.Endpoints[0].MaxInFlight);
        Serve(cluster, rounds: 30, static _ => 10);
        Assert.Equal(12, cluster.Endpoints[0].MaxInFlight);
    }

    [Fact]
    public async Task It_adapts_to_the_requests_of_clients_too()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(_ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(10));
            return new HttpResponseMessage(HttpStatusCode.OK);
        });
        await using var client = new BalancedClient(
            stub,
            static options => (
                options.Endpoints,
                options.ConnectionPool.AdaptiveLimit) = (["http://10.0.0.1"], new AdaptiveLimitOptions { InitialLimit = 1, MinLimit = 1, MaxLimit = 2 }),
            clock);

        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        Assert.Equal(2, client.Endpoints[0].MaxInFlight);
    }

    /// <summary>Fills every endpoint and completes all its attempts with the same latency, round after round.</summary>
    private static void Serve(TestCluster cluster, int rounds, Func<int, int> milliseconds)
    {
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < cluster.Endpoints.Count; i++)
            {
                EndpointLease[] leases = [.. Enumerable.Range(0, cluster.Endpoints[i].MaxInFlight!.Value)
                    .Select(_ => cluster.Lease(cluster.Endpoints[i], timed: true))];
                cluster.Time.Advance(TimeSpan.FromMilliseconds(milliseconds(i)));
                foreach (EndpointLease lease in leases)
                {
                    lease.Report(AttemptOutcome.Success);
                }

                foreach (EndpointLease lease in leases)
                {
                    lease.End();
                }
            }
        }
    }

    private static RequestPermits Permits(BalancedClient client) => client.Balancer.Permits;

    private static void InterlockedMax(ref int most, int value)
    {
        int seen = Volatile.Read(ref most);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Counts outstanding requests, and responds only after the server was full once.</summary>
    private sealed class Outstanding
    {
        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _counting = new();
        private int _outstanding;

        public int Most { get; private set; }

        public async Task RespondAsync(HttpContext context)
        {
            lock (_counting)
            {
                Most = Math.Max(Most, ++_outstanding);
                if (_outstanding == 5)
                {
                    _full.TrySetResult();
                }
            }

            await _full.Task;
            lock (_counting)
            {
                _outstanding--;
            }

            await context.Response.WriteAsync("ok");
        }
    }
}
